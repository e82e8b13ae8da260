// Where, Clip, Max, Min: the derivative goes where the value came from; equal largest elements share it.
#include "core/emit/terms.h"
#include "core/gradient/sweep.h"

namespace mortise::gradient {

Status differentiate_where(Derivation& d) {
  if (d.wants(1)) d.give_sum(1, only_where(d.x(0), d.dy()));
  if (d.wants(2)) d.give_sum(2, where(d.x(0), number(0, d.dy()), d.dy()));
  return {};
}

// The bounds are attributes before version 11.
Status differentiate_clip(Derivation& d) {
  const Term x = d.x();
  const auto bound = [&](size_t i, std::string_view attribute) {
    const auto* value = d.node().get<float>(attribute);
    return value != nullptr ? number(static_cast<double>(*value), x) : d.x(i);
  };
  const Term least = bound(1, "min"), most = bound(2, "max");
  Term inside = d.dy();
  // The largest comes last: where it is below the least, it is the result everywhere.
  if (most) {
    const Term above = greater(least ? op("Max", {x, least}) : x, most);
    inside = where(above, number(0, x), inside);
    if (d.wants(2)) d.give_sum(2, only_where(above, d.dy()));
  }
  if (least) {
    const Term below = less(x, least);
    if (d.wants(1)) d.give_sum(1, only_where(below, inside));
    inside = where(below, number(0, x), inside);
  }
  d.give(0, inside);
  return {};
}

Status differentiate_extreme(Derivation& d) {
  if (d.num_inputs() == 1) {
    d.give(0, d.dy());
    return {};
  }
  std::vector<Term> chosen;
  Term count;
  for (size_t i = 0; i < d.num_inputs(); ++i) {
    chosen.push_back(cast(equal(d.x(i), d.y()), d.y().dtype()));
    count = i == 0 ? chosen[0] : count + chosen[i];
  }
  const Term share = d.dy() / count;
  for (size_t i = 0; i < d.num_inputs(); ++i) {
    if (d.wants(i)) d.give_sum(i, share * chosen[i]);
  }
  return {};
}

}  // namespace mortise::gradient
