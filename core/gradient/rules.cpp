#include "core/gradient/rules.h"

#include <algorithm>
#include <iterator>

namespace mortise::gradient {

#define MORTISE_DERIVATIVE(op_type, since_version, rule) Status rule(Derivation& d);
#include "core/gradient/rules.inc"
#undef MORTISE_DERIVATIVE

const Rule* find_rule(std::string_view op_type) {
  static constexpr Rule kRules[] = {
#define MORTISE_DERIVATIVE(op_type, since_version, rule) {#op_type, since_version, rule},
#include "core/gradient/rules.inc"
#undef MORTISE_DERIVATIVE
  };
  const auto found = std::lower_bound(std::begin(kRules), std::end(kRules), op_type,
                                      [](const Rule& rule, std::string_view name) { return rule.op_type < name; });
  return found != std::end(kRules) && found->op_type == op_type ? found : nullptr;
}

}  // namespace mortise::gradient
