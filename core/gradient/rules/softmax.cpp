// Softmax, LogSoftmax. Before version 13 they run over all axes from `axis` on together.
#include "core/emit/terms.h"
#include "core/gradient/sweep.h"

namespace mortise::gradient {
namespace {

Result<Term> softmax_axes(Derivation& d) {
  if (d.node().since_version >= 13) return ints(d.emitter(), {d.node().get_int("axis", -1)});
  MORTISE_ASSIGN(std::vector<int64_t> axes, axes_from(d.node().get_int("axis", 1), d.x()));
  return ints(d.emitter(), std::move(axes));
}

}  // namespace

Status differentiate_softmax(Derivation& d) {
  MORTISE_ASSIGN(const Term axes, softmax_axes(d));
  const Term weighted = d.dy() * d.y();
  d.give(0, weighted - d.y() * sum_over(weighted, axes));
  return {};
}

Status differentiate_log_softmax(Derivation& d) {
  MORTISE_ASSIGN(const Term axes, softmax_axes(d));
  d.give(0, d.dy() - op("Exp", {d.y()}) * sum_over(d.dy(), axes));
  return {};
}

}  // namespace mortise::gradient
