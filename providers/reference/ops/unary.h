// unary(): kernels that compute each element of the output from the element of the input at the same place.
#pragma once

#include "providers/reference/ops/broadcast.h"

namespace mortise::reference {

// op takes and returns the compute type of an element.
template <class T, class R, class Op>
Status map_elements(KernelContext& context, const Tensor& x, Op op) {
  Tensor& y = context.output(0, dtype_of<R>, x.shape());
  const T* const in = x.data<T>();
  R* const out = y.data<R>();
  context.parallel_for(static_cast<uint64_t>(x.num_elements()), kElementGrain, [=](uint64_t begin, uint64_t end) {
    for (uint64_t i = begin; i < end; ++i) out[i] = static_cast<R>(op(static_cast<Compute<T>>(in[i])));
  });
  return {};
}

template <class List, class Op>
Kernel unary(Op op) {
  return [op](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    return dispatch(List{}, x.dtype(), [&]<class T>() -> Status { return map_elements<T, T>(context, x, op); });
  };
}
// The output is bool.
template <class List, class Op>
Kernel unary_predicate(Op op) {
  return [op](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    return dispatch(List{}, x.dtype(), [&]<class T>() -> Status { return map_elements<T, bool>(context, x, op); });
  };
}

}  // namespace mortise::reference
