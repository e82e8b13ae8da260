// with_accumulator: the choice of the type that carries sums, made in one place for all operators that sum.
#pragma once

#include <algorithm>
#include <span>
#include <type_traits>

#include "mortise/sdk/tensor.h"
#include "providers/reference/types.h"

namespace mortise::reference {

// Calls function.template operator()<Acc>() with the type in which products of T are summed: double for the oracle,
// float for halves, an unsigned type for integers (which wrap). That of narrow integers is `unsigned`: arithmetic on
// anything narrower is done in int, where the product of two uint16 overflows.
template <class T, class Function>
Status with_accumulator(bool accumulate_f64, Function&& function) {
  if constexpr (is_float<T>) {
    if (accumulate_f64) return function.template operator()<double>();
    return function.template operator()<Compute<T>>();
  } else {
    return function.template operator()<std::common_type_t<std::make_unsigned_t<T>, unsigned>>();
  }
}

// Tensors of any float type as Acc: parameters may be of another type than the data they belong to.
template <class Acc>
Status read_floats(const Tensor& tensor, std::span<Acc> into) {
  return dispatch(Floats{}, tensor.dtype(), [&]<class T>() -> Status {
    std::transform(tensor.data<T>(), tensor.data<T>() + into.size(), into.begin(),
                   [](T value) { return static_cast<Acc>(value); });
    return {};
  });
}

}  // namespace mortise::reference
