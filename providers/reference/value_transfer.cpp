#include "providers/reference/value_transfer.h"

#include <algorithm>
#include <cstring>

#include "mortise/sdk/strings.h"
#include "providers/reference/borrowed.h"

namespace mortise::reference {
namespace {

constexpr int kMaxDepth = 32;  // of sequences within sequences

Status checked(mortise_status status, const mortise_error_t& error) {
  if (status == MORTISE_OK) return {};
  return Status(static_cast<StatusCode>(MORTISE_STATUS_CODE(status)), error.message);
}

Result<Value> import_value(const mortise_host_values_t& values, const mortise_value_t* handle) {
  if (handle == nullptr) return Status(StatusCode::kInternal, "the host gave a null value");
  mortise_tensor_t tensor{};
  if (!values.get_tensor(handle, &tensor)) return leave_unread(static_cast<ValueKind>(values.kind(handle)), handle);
  MORTISE_TRY(check_extents(std::span(tensor.dims, tensor.rank)));
  return Value(borrow(tensor, handle));
}

Status read_nested(const mortise_host_values_t& values, Value& value, int depth) {
  if (depth > kMaxDepth) return Status(StatusCode::kOutOfRange, "a value is nested too deeply");
  std::vector<Value> elements;
  if (const mortise_value_t* handle = unread(value); handle != nullptr) {
    elements.resize(values.num_elements(handle));
    for (uint64_t i = 0; i < elements.size(); ++i) {
      MORTISE_ASSIGN(elements[i], import_element(values, handle, i));
    }
  } else if (value.kind == ValueKind::kOptional) {
    elements = value.elements.list();
  } else {
    return {};  // a tensor, or read before
  }
  DType element_dtype = value.element_dtype;
  for (Value& element : elements) {
    MORTISE_TRY(read_nested(values, element, depth + 1));
    if (element.is_tensor()) element_dtype = element.tensor.dtype();
  }
  value = Value(value.kind, std::move(elements));
  value.element_dtype = element_dtype;
  return {};
}

// The host's value of which a tensor is the whole; null if it is none.
const mortise_value_t* lender(const mortise_host_values_t& values, const Tensor& tensor) {
  const std::shared_ptr<void>& owner = tensor.owner();
  if (owner.use_count() != 0 || owner == nullptr || owner.get() == no_bytes()) return nullptr;
  const auto* handle = static_cast<const mortise_value_t*>(owner.get());
  mortise_tensor_t lent{};
  const bool whole = values.get_tensor(handle, &lent) && lent.data == tensor.raw() &&
                     static_cast<DType>(lent.dtype) == tensor.dtype() &&
                     Shape(std::span(lent.dims, lent.rank)) == tensor.shape();
  return whole ? handle : nullptr;
}

// The type of a value as the ABI writes it; `storage` keeps the parts.
struct TypeStorage {
  std::vector<std::unique_ptr<mortise_type_t>> types;
  const mortise_type_t* make(const Value& value) {
    auto& type = *types.emplace_back(std::make_unique<mortise_type_t>());
    type = {.kind = static_cast<uint32_t>(value.kind), .dtype = MORTISE_DTYPE_UNDEFINED, .rank = MORTISE_UNKNOWN_RANK};
    if (value.is_tensor()) {
      type.dtype = static_cast<mortise_dtype>(value.tensor.dtype());
    } else if (value.kind == ValueKind::kMap && value.elements.size() == 2) {
      type.dtype = static_cast<mortise_dtype>(value.elements[0].tensor.dtype());
      type.element = make(value.elements[1]);
    } else if (!value.elements.empty()) {
      type.element = make(value.elements[0]);
    } else {
      auto& element = *types.emplace_back(std::make_unique<mortise_type_t>());
      element = {.kind = MORTISE_TYPE_TENSOR,
                 .dtype = static_cast<mortise_dtype>(value.element_dtype),
                 .rank = MORTISE_UNKNOWN_RANK};
      type.element = &element;
    }
    return &type;
  }
};

Result<const mortise_value_t*> export_value(const mortise_host_values_t& values, const mortise_run_context_t* context,
                                            const Value& value, int depth) {
  if (depth > kMaxDepth) return Status(StatusCode::kOutOfRange, "a value is nested too deeply");
  mortise_error_t error{};
  mortise_value_t* handle = nullptr;
  if (value.is_tensor()) {
    const Tensor& from = value.tensor;
    if (const mortise_value_t* lent = lender(values, from); lent != nullptr) return lent;
    mortise_tensor_t to{};
    MORTISE_TRY(checked(values.create_tensor(context, static_cast<mortise_dtype>(from.dtype()), from.shape().data(),
                                             from.rank(), &handle, &to, &error),
                        error));
    if (from.dtype() == DType::kString) {
      MORTISE_TRY(checked(values.set_strings(handle, 0, from.data<mortise_string_t>(),
                                             static_cast<uint64_t>(from.num_elements()), &error),
                          error));
    } else if (from.size_bytes() != 0) {
      std::memcpy(to.data, from.raw(), from.size_bytes());
    }
    return handle;
  }
  if (const mortise_value_t* lent = unread(value); lent != nullptr) return lent;
  std::vector<const mortise_value_t*> elements;
  for (const Value& element : value.elements) {
    MORTISE_ASSIGN(const mortise_value_t* exported, export_value(values, context, element, depth + 1));
    elements.push_back(exported);
  }
  TypeStorage types;
  MORTISE_TRY(
      checked(values.create(context, types.make(value), elements.data(), elements.size(), &handle, &error), error));
  return handle;
}

Status missing_extension() {
  return unimplemented("the host lacks the extension ", MORTISE_EXT_VALUES,
                       ", without which only dense numeric tensors can pass");
}

}  // namespace

Result<Value> import_element(const mortise_host_values_t& values, const mortise_value_t* handle, uint64_t index) {
  return import_value(values, values.get_element(handle, index));
}

Status read_elements(const mortise_host_values_t& values, Value& value) { return read_nested(values, value, 0); }

Result<Value> import_input(const mortise_host_values_t* values, const mortise_tensor_t& tensor) {
  if ((tensor.flags & MORTISE_TENSOR_ABSENT) != 0) return Value();
  if (tensor.dtype != MORTISE_DTYPE_UNDEFINED) {
    MORTISE_TRY(check_extents(std::span(tensor.dims, tensor.rank)));
    return Value(borrow(tensor));
  }
  if (values == nullptr) return missing_extension();
  return import_value(*values, static_cast<const mortise_value_t*>(tensor.data));
}

Result<Value> splice_unread(const mortise_host_values_t& values, const mortise_run_context_t* context,
                            const mortise_value_t* sequence, uint64_t first, uint64_t removed,
                            std::span<const Value> added) {
  std::vector<const mortise_value_t*> elements;
  for (const Value& element : added) {
    MORTISE_ASSIGN(const mortise_value_t* exported, export_value(values, context, element, 1));
    elements.push_back(exported);
  }
  mortise_error_t error{};
  mortise_value_t* made = nullptr;
  MORTISE_TRY(checked(values.splice(context, sequence, first, removed, elements.data(), elements.size(), &made, &error),
                      error));
  return leave_unread(ValueKind::kSequence, made);
}

Status export_output(const mortise_host_values_t* values, const mortise_run_context_t* context, uint64_t index,
                     const Value& value) {
  if (values == nullptr) return missing_extension();
  MORTISE_ASSIGN(const mortise_value_t* handle, export_value(*values, context, value, 0));
  mortise_error_t error{};
  return checked(values->set_output(context, index, handle, &error), error);
}

Result<Tensor> copy_strings(const sdk::Host& host, const Tensor& tensor) {
  return mortise::copy_strings(tensor, [&](DType dtype, const Shape& shape) { return host.allocate(dtype, shape); });
}

namespace {

bool is_owned(const Value& value) {
  return value.is_tensor() ? value.tensor.owner() != nullptr : value.elements.owned();
}

}  // namespace

Status make_owned(const sdk::Host& host, Value& value) {
  if (is_owned(value)) return {};
  if (value.is_tensor()) {
    if (value.tensor.dtype() == DType::kString) {
      MORTISE_ASSIGN(value.tensor, copy_strings(host, value.tensor));
      return {};
    }
    MORTISE_ASSIGN(Tensor copy, host.allocate(value.tensor.dtype(), value.tensor.shape()));
    if (copy.size_bytes() != 0) std::memcpy(copy.raw(), value.tensor.raw(), copy.size_bytes());
    value.tensor = std::move(copy);
    return {};
  }
  std::vector<Value> elements = value.elements.list();
  for (Value& element : elements) MORTISE_TRY(make_owned(host, element));
  value.elements = std::move(elements);
  return {};
}

}  // namespace mortise::reference
