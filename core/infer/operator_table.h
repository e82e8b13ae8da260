// The operator table: which operators exist, in which versions, and how the types of their outputs follow from their
// inputs.
//
// The content is operators.inc, one line per operator, and signatures.inc, one line per form of an operator, with the
// types that element_types.inc allows. This is not the list of what can run: that is each provider's to say. Read-only
// after its first use, so safe from any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/infer/signature.h"
#include "mortise/sdk/result.h"

namespace mortise::infer {

class InferContext;
using InferFunction = std::function<Status(InferContext&)>;

struct Operator {
  std::string_view domain;  // "" for ai.onnx
  std::string_view name;
  InferFunction infer;
  std::vector<Signature> signatures;  // one for each version; of the standard, ascending
  int32_t deprecated_since = 0;       // a version that the standard no longer has it in; 0 if there is none
  std::string_view successor;         // what it has instead

  // Null for a number that is not the first version of some change.
  const Signature* signature(int32_t since_version) const;
};

// Every operator, in the order of operators.inc.
std::span<const Operator> operators();

// Null if the operator is not in the table. "ai.onnx" is the same domain as "".
const Operator* find_operator(std::string_view domain, std::string_view op_type);

// The newest version of the operator that is not above `opset`; nothing for an unknown operator, or if the opset is
// older than its first version, or one in which it is deprecated.
std::optional<int32_t> since_version(std::string_view domain, std::string_view op_type, int64_t opset);

}  // namespace mortise::infer
