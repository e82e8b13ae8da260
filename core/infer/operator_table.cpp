// The table behind operator_table.h and its index by name, built on first use.
#include "core/infer/operator_table.h"

#include <unordered_map>

namespace mortise::infer {

// The lines declare the inference functions that operators/*.cpp define; several operators share one.
#define MORTISE_OPERATOR(domain, name, min_inputs, max_inputs, function, ...) Status function(InferContext&);
#include "core/infer/operators.inc"
#undef MORTISE_OPERATOR

namespace {

constexpr Operator kOperators[] = {
#define MORTISE_OPERATOR(domain, name, min_inputs, max_inputs, function, ...) \
  {domain, #name, min_inputs, max_inputs, &function, {__VA_ARGS__}},
#include "core/infer/operators.inc"
#undef MORTISE_OPERATOR
};

using Index = std::unordered_map<std::string_view, const Operator*>;

// One index per domain; there are few.
const std::unordered_map<std::string_view, Index>& index() {
  static const auto kIndex = [] {
    std::unordered_map<std::string_view, Index> by_domain;
    for (const Operator& op : kOperators) by_domain[op.domain][op.name] = &op;
    return by_domain;
  }();
  return kIndex;
}

}  // namespace

std::span<const Operator> operators() { return kOperators; }

const Operator* find_operator(std::string_view domain, std::string_view op_type) {
  const auto names = index().find(domain == "ai.onnx" ? std::string_view() : domain);
  if (names == index().end()) return nullptr;
  const auto found = names->second.find(op_type);
  return found == names->second.end() ? nullptr : found->second;
}

std::optional<int32_t> since_version(std::string_view domain, std::string_view op_type, int64_t opset) {
  const Operator* op = find_operator(domain, op_type);
  if (op == nullptr) return std::nullopt;
  std::optional<int32_t> newest;
  for (const int16_t version : op->since_versions) {
    if (version != 0 && version <= opset) newest = version;
  }
  return newest;
}

}  // namespace mortise::infer
