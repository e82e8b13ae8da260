#include "core/graph/type.h"

namespace mortise {

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
  if (!type.dims) return text;
  text += '[';
  for (size_t i = 0; i < type.dims->size(); ++i) {
    const Dim& dim = (*type.dims)[i];
    if (i != 0) text += ", ";
    text += is_known(dim) ? std::to_string(dim.value) : dim.symbol != nullptr ? dim.symbol : "?";
  }
  return text + ']';
}

}  // namespace mortise
