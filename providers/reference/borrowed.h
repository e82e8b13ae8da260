// Borrowed values: views of memory that outlives the run (constants, the run's inputs), and values left with the host.
//
// Within the reference provider a tensor without an owner lies in memory that is soon written again, so whoever keeps
// it copies it. A borrowed tensor has an owner that owns nothing, no_bytes() or the value of the host that it is part of:
// it is kept as it is.
#pragma once

#include <algorithm>

#include "mortise/ext/values.h"
#include "mortise/sdk/value.h"

namespace mortise::reference {

// Where a tensor of no bytes lies, so that kernels never see a null pointer.
inline void* no_bytes() {
  alignas(Tensor::kAlignment) static char bytes[Tensor::kAlignment];
  return bytes;
}

// A tensor without elements takes no memory, whatever its other extents, but kernels walk them row by empty row: OK if
// that ends in seconds.
inline Status check_extents(std::span<const int64_t> dims) {
  constexpr int64_t kMostRows = int64_t{1} << 32;
  if (std::find(dims.begin(), dims.end(), 0) == dims.end()) return {};
  int64_t rows = 1;
  for (const int64_t dim : dims) {
    if (dim > 0 && rows > kMostRows / dim) {
      return make_error(StatusCode::kResourceExhausted, "a tensor ", to_string(dims),
                        " has no elements, but more rows than can be walked; give smaller extents");
    }
    rows *= std::max<int64_t>(dim, 1);
  }
  return {};
}

// The owner of a borrowed tensor, which owns nothing.
inline std::shared_ptr<void> owned_by_host(void* lender = no_bytes()) {
  return std::shared_ptr<void>(std::shared_ptr<void>(), lender);
}

inline Tensor borrow(const mortise_tensor_t& tensor) {
  void* data = tensor.data != nullptr ? tensor.data : no_bytes();
  return Tensor::view(static_cast<DType>(tensor.dtype), Shape(std::span(tensor.dims, tensor.rank)), data,
                      owned_by_host());
}

// The tensor of a value of the host, which lives as long as the run. Its owner is that value: a result of which it
// becomes a part shares it.
inline Tensor borrow(const mortise_tensor_t& tensor, const mortise_value_t* lender) {
  const Tensor view = borrow(tensor);
  return Tensor::view(view.dtype(), view.shape(), const_cast<void*>(view.raw()),
                      owned_by_host(const_cast<mortise_value_t*>(lender)));
}

// A value of the host that is no tensor, of which nothing but the kind has been read. The owner of its tensor, which is
// none, is the host's value.
inline Value leave_unread(ValueKind kind, const mortise_value_t* handle) {
  Value value(kind, {});
  value.tensor = Tensor::view(DType::kUndefined, {}, nullptr, owned_by_host(const_cast<mortise_value_t*>(handle)));
  return value;
}

// The host's value where the elements have not been read, else null.
inline const mortise_value_t* unread(const Value& value) {
  return value.is_tensor() ? nullptr : static_cast<const mortise_value_t*>(value.tensor.owner().get());
}

}  // namespace mortise::reference
