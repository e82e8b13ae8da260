#include "core/optimize/pass.h"

#include <algorithm>

#include "core/infer/operator_table.h"

namespace mortise::optimize {

std::span<const Pass> passes() {
  static constexpr Pass kPasses[] = {
#define MORTISE_PASS(pass) {#pass, pass},
#include "core/optimize/passes.inc"
#undef MORTISE_PASS
  };
  return kPasses;
}

bool is_pure(const Node& node) {
  // Dropout draws when it trains; what it is in inference is the business of drop_identities.
  static constexpr std::string_view kRandom[] = {
      "Bernoulli", "Dropout", "Multinomial", "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike"};
  const std::string_view op_type = node.op_type;
  if (infer::find_operator(node.domain, op_type) == nullptr || node.has_body()) return false;
  return std::find(std::begin(kRandom), std::end(kRandom), op_type) == std::end(kRandom);
}

ValueId Redirections::find(ValueId id) const {
  while (id != kNoId && targets_[id] != kNoId) id = targets_[id];
  return id;
}

bool Redirections::add(ValueId from, ValueId to) {
  to = find(to);
  ValueInfo& source = graph_.value(from);
  ValueInfo& target = graph_.value(to);
  if (source.is_output) {
    if (target.producer == kNoId || target.is_output) return false;
    target.is_output = true;
  }
  // What was declared of the value that goes may be more than is known of the one that stays.
  if (target.producer != kNoId && !target.type.static_shape() && source.type.static_shape()) target.type = source.type;
  targets_[from] = to;
  empty_ = false;
  return true;
}

}  // namespace mortise::optimize
