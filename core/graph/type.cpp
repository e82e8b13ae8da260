#include "core/graph/type.h"

namespace mortise {

std::string to_string(const Dims& dims) {
  std::string text = "[";
  for (const Dim& dim : dims) {
    if (text.size() > 1) text += ", ";
    text += is_known(dim) ? std::to_string(dim.value) : dim.symbol != nullptr ? dim.symbol : "?";
  }
  return text + ']';
}

std::string to_string(const Type& type) {
  switch (type.kind) {
    case ValueKind::kNone:
      return "unknown";
    case ValueKind::kSequence:
      return "sequence(" + (type.element ? to_string(*type.element) : "?") + ")";
    case ValueKind::kOptional:
      return "optional(" + (type.element ? to_string(*type.element) : "?") + ")";
    case ValueKind::kMap:
      return "map(" + std::string(to_string(type.dtype)) + ", " + (type.element ? to_string(*type.element) : "?") + ")";
    case ValueKind::kTensor:
    case ValueKind::kSparseTensor:
      break;
  }
  std::string text = type.kind == ValueKind::kSparseTensor ? "sparse " : "";
  text += to_string(type.dtype);
  return type.dims ? text + to_string(*type.dims) : text;
}

}  // namespace mortise
