#include "core/model/since_version.h"

#include "core/infer/operator_table.h"

namespace mortise {

int32_t SinceVersions::resolve(Symbol domain, Symbol op_type, int64_t opset) {
  const auto [found, is_new] = known_.try_emplace({domain.c_str(), op_type.c_str(), opset}, 0);
  if (is_new) {
    const bool known = infer::find_operator(domain, op_type) != nullptr;
    found->second = infer::since_version(domain, op_type, opset).value_or(known ? 0 : static_cast<int32_t>(opset));
  }
  return found->second;
}

}  // namespace mortise
