// CumSum: the sum over those that come after.
#include "core/emit/terms.h"
#include "core/gradient/sweep.h"

namespace mortise::gradient {

Status differentiate_cum_sum(Derivation& d) {
  const int64_t exclusive = d.node().get_int("exclusive", 0), reverse = d.node().get_int("reverse", 0);
  d.give(0, op("CumSum", {d.dy(), d.x(1)}, {{"exclusive", exclusive}, {"reverse", int64_t{reverse == 0}}}));
  return {};
}

}  // namespace mortise::gradient
