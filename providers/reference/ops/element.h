// Values that outlive the tensors they come from: elements of sequences and optionals.
#pragma once

#include <cstring>

#include "providers/reference/kernel.h"

namespace mortise::reference {

// The value with every tensor in memory of its own.
inline Result<Value> owned(KernelContext& context, const Value& value) {
  if (!value.is_tensor()) {
    Value copy(value.kind, {});
    copy.element_dtype = value.element_dtype;
    for (const Value& element : value.elements) {
      MORTISE_ASSIGN(Value own, owned(context, element));
      copy.elements.push_back(std::move(own));
    }
    return copy;
  }
  const Tensor& x = value.tensor;
  if (x.dtype() == DType::kString) {
    std::vector<std::string> strings;
    for (const mortise_string_t& s : x.elements<mortise_string_t>()) strings.emplace_back(s.data, s.size);
    return Value(Tensor::strings(x.shape(), std::move(strings)));
  }
  MORTISE_ASSIGN(Tensor copy, context.allocate(x.dtype(), x.shape()));
  if (x.size_bytes() != 0) std::memcpy(copy.raw(), x.raw(), x.size_bytes());
  return Value(std::move(copy));
}

}  // namespace mortise::reference
