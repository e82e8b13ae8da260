// SPDX-License-Identifier: Apache-2.0
//
// TensorView: typed access to a mortise_tensor_t. Owns nothing; as cheap as a pointer.
#pragma once

#include <span>

#include "../tensor.h"
#include "dtype.h"
#include "shape.h"

namespace mortise::sdk {

class TensorView {
 public:
  explicit TensorView(const mortise_tensor_t& tensor) : tensor_(&tensor) {}

  const mortise_tensor_t& raw() const { return *tensor_; }
  bool absent() const { return (tensor_->flags & MORTISE_TENSOR_ABSENT) != 0; }
  // An output that needs allocate_output() first.
  bool unallocated() const { return (tensor_->flags & MORTISE_TENSOR_UNALLOCATED) != 0; }
  bool on_host() const { return tensor_->memory_kind == MORTISE_MEMORY_HOST; }

  DType dtype() const { return static_cast<DType>(tensor_->dtype); }
  std::span<const int64_t> dims() const { return {tensor_->dims, tensor_->rank}; }
  int64_t num_elements() const {
    int64_t product = 1;
    for (const int64_t dim : dims()) product *= dim;
    return product;
  }
  uint64_t size_bytes() const { return tensor_->size_bytes; }

  // The elements; T must be the C++ type of dtype(), and the memory the host's.
  template <class T>
  std::span<T> data() const {
    return {static_cast<T*>(tensor_->data), static_cast<size_t>(num_elements())};
  }

 private:
  const mortise_tensor_t* tensor_;
};

}  // namespace mortise::sdk
