// Borrowed tensors: views of memory that outlives the run (constants, the run's inputs).
//
// Within the reference provider a tensor without an owner lies in memory that is soon written again, so whoever keeps
// it copies it. A borrowed tensor has an owner that owns nothing: it is kept as it is.
#pragma once

#include "mortise/sdk/tensor.h"

namespace mortise::reference {

// Where a tensor of no bytes lies, so that kernels never see a null pointer.
inline void* no_bytes() {
  alignas(Tensor::kAlignment) static char bytes[Tensor::kAlignment];
  return bytes;
}

inline Tensor borrow(const mortise_tensor_t& tensor) {
  void* data = tensor.data != nullptr ? tensor.data : no_bytes();
  return Tensor::view(static_cast<DType>(tensor.dtype), Shape(std::span(tensor.dims, tensor.rank)), data,
                      std::shared_ptr<void>(std::shared_ptr<void>(), data));
}

}  // namespace mortise::reference
