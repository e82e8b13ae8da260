#include "core/graph/check_value.h"

namespace mortise {

std::string form_of(const Value& value) {
  switch (value.kind) {
    case ValueKind::kNone:
      break;
    case ValueKind::kTensor:
      return concat(to_string(value.tensor.dtype()), to_string(value.tensor.shape()));
    case ValueKind::kSparseTensor:
      return "a sparse tensor";
    case ValueKind::kSequence:
      return "a sequence";
    case ValueKind::kOptional:
      return "an optional";
    case ValueKind::kMap:
      return "a map";
  }
  return "nothing";
}

namespace {

// A map is a list of keys and a value for each: a list of them where they are scalars, otherwise a sequence.
Status check_map(const Type& type, const Value& value) {
  if (value.elements.size() != 2 || !value.elements[0].is_tensor() || value.elements[0].tensor.rank() != 1) {
    return invalid_argument("a map without a list of keys and one of values was given");
  }
  const Tensor& keys = value.elements[0].tensor;
  const Value& values = value.elements[1];
  const auto count = values.is_tensor() ? values.tensor.num_elements() : static_cast<int64_t>(values.elements.size());
  if (keys.dtype() != type.dtype) return invalid_argument("a map from ", to_string(keys.dtype()), " was given");
  if (keys.dim(0) != count || (values.is_tensor() && values.tensor.rank() != 1)) {
    return invalid_argument("a map of ", keys.dim(0), " keys and ", count, " values was given");
  }
  return check_value(values.is_tensor() ? Type::tensor(type.element->dtype) : Type::sequence(*type.element), values);
}

}  // namespace

Status check_kind(const Type& type, const Value& value) {
  if (type.kind == ValueKind::kNone || value.kind == ValueKind::kNone) return {};
  if (type.kind == ValueKind::kOptional && value.kind != ValueKind::kOptional) {
    return type.element != nullptr ? check_kind(*type.element, value) : Status();
  }
  const bool fits = type.kind == value.kind &&
                    (!value.is_tensor() || type.dtype == DType::kUndefined || value.tensor.dtype() == type.dtype);
  return fits ? Status() : invalid_argument(form_of(value), " where the model has ", to_string(type));
}

Status check_value(const Type& type, const Value& value) {
  static const Type kUnknown;
  const Type& element_type = type.element != nullptr ? *type.element : kUnknown;
  if (type.kind == ValueKind::kNone) return {};
  if (type.kind == ValueKind::kOptional && value.kind != ValueKind::kOptional) return check_value(element_type, value);
  if (type.kind != value.kind) return invalid_argument(form_of(value), " was given");
  if (!value.is_tensor()) {
    if (type.kind == ValueKind::kOptional && value.elements.size() > 1) {
      return invalid_argument("an optional of ", value.elements.size(), " elements was given");
    }
    if (type.kind == ValueKind::kMap) return check_map(type, value);
    if (type.kind != ValueKind::kOptional && type.kind != ValueKind::kSequence) return {};
    for (const Value& element : value.elements) MORTISE_TRY(check_value(element_type, element));
    return {};
  }
  const Tensor& tensor = value.tensor;
  bool fits = (tensor.dtype() == type.dtype || type.dtype == DType::kUndefined) &&
              (!type.dims || type.dims->size() == tensor.rank());
  for (uint32_t axis = 0; fits && type.dims && axis < tensor.rank(); ++axis) {
    const Dim& extent = (*type.dims)[axis];
    fits = !is_known(extent) || extent.value == tensor.dim(axis);
  }
  return fits ? Status() : invalid_argument(form_of(value), " was given");
}

}  // namespace mortise
