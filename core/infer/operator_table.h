// The operator table: which operators exist, in which versions, and how the types of their outputs follow from their
// inputs.
//
// The content is operators.inc, one line per operator. This is not the list of what can run: that is each provider's to
// say. Read-only after start-up, so safe from any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "mortise/sdk/result.h"

namespace mortise::infer {

class InferContext;
using InferFunction = Status (*)(InferContext&);

struct Operator {
  std::string_view domain;  // "" for ai.onnx
  std::string_view name;
  uint32_t min_inputs;  // over all versions; optional inputs at the end may be left out
  uint32_t max_inputs;
  InferFunction infer;
  std::array<int16_t, 12> since_versions;  // ascending, then zeros
};

inline constexpr uint32_t kAnyNumber = 0x7fffffff;  // max_inputs of a variadic operator

// Every operator, in the order of operators.inc.
std::span<const Operator> operators();

// Null if the operator is not in the table. "ai.onnx" is the same domain as "".
const Operator* find_operator(std::string_view domain, std::string_view op_type);

// The newest version of the operator that is not above `opset`; nothing for an unknown operator, or if the opset is
// older than its first version.
std::optional<int32_t> since_version(std::string_view domain, std::string_view op_type, int64_t opset);

}  // namespace mortise::infer
