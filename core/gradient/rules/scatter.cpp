// ScatterElements, ScatterND: without reduction the updates replace elements of the data, with 'add' they join them.
#include "core/emit/terms.h"
#include "core/gradient/sweep.h"

namespace mortise::gradient {
namespace {

enum class Reduction { kNone, kAdd };

Result<Reduction> reduction_of(Derivation& d) {
  const std::string_view name = d.node().get_string("reduction", "none");
  if (name == "none") return Reduction::kNone;
  if (name == "add") return Reduction::kAdd;
  return unimplemented("the derivative is known for reductions 'none' and 'add' only, not for '", name, "'");
}

// gathered: the derivative at the places of the updates.
Status give_both(Derivation& d, Term gathered) {
  MORTISE_ASSIGN(const Reduction reduction, reduction_of(d));
  if (d.wants(0) && reduction == Reduction::kAdd) d.give(0, d.dy());
  if (d.wants(0) && reduction == Reduction::kNone) {
    const std::vector<Term> inputs = {d.dy(), d.x(1), filled(0, d.x(2))};
    d.give(0, d.emitter().add_like(d.id(), inputs)[0]);
  }
  d.give(2, gathered);
  return {};
}

}  // namespace

Status differentiate_scatter_elements(Derivation& d) {
  return give_both(d, op("GatherElements", {d.dy(), d.x(1)}, {{"axis", d.node().get_int("axis", 0)}}));
}

Status differentiate_scatter_nd(Derivation& d) { return give_both(d, op("GatherND", {d.dy(), d.x(1)})); }

}  // namespace mortise::gradient
