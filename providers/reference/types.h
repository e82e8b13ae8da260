// Type lists, type sets and dispatch: the only place of the reference provider where an element type becomes a C++
// type.
#pragma once

#include <complex>
#include <cstdint>
#include <string_view>

#include "mortise/sdk/dtype.h"
#include "mortise/sdk/result.h"

namespace mortise::reference {

template <class... Ts>
struct TypeList {};

template <class A, class B>
struct JoinLists;
template <class... As, class... Bs>
struct JoinLists<TypeList<As...>, TypeList<Bs...>> {
  using type = TypeList<As..., Bs...>;
};
template <class A, class B>
using Join = typename JoinLists<A, B>::type;

using Floats = TypeList<float, double, Half, BFloat16>;
using SignedInts = TypeList<int8_t, int16_t, int32_t, int64_t>;
using UnsignedInts = TypeList<uint8_t, uint16_t, uint32_t, uint64_t>;
using Ints = Join<SignedInts, UnsignedInts>;
using Numbers = Join<Floats, Ints>;
using SignedNumbers = Join<Floats, SignedInts>;
// What classical models (ai.onnx.ml) call numeric.
using Features = TypeList<float, double, int64_t, int32_t>;
using NumbersAndBool = Join<Numbers, TypeList<bool>>;

using Complexes = TypeList<std::complex<float>, std::complex<double>>;
// Beside NumbersAndBool.
using NoNumbers = Join<Complexes, TypeList<mortise_string_t>>;

// A set of element types as bits (1 << DType), for ops.inc.
using TypeSet = uint32_t;
template <class... Ts>
constexpr TypeSet set_of(TypeList<Ts...>) {
  return ((TypeSet{1} << static_cast<int32_t>(dtype_of<Ts>)) | ... | TypeSet{0});
}
constexpr bool contains(TypeSet set, DType dtype) { return ((set >> static_cast<int32_t>(dtype)) & 1u) != 0; }

inline constexpr TypeSet kFloats = set_of(Floats{});
inline constexpr TypeSet kInts = set_of(Ints{});
inline constexpr TypeSet kNumbers = set_of(Numbers{});
inline constexpr TypeSet kFeatures = set_of(Features{});
inline constexpr TypeSet kBool = set_of(TypeList<bool>{});
inline constexpr TypeSet kString = set_of(TypeList<mortise_string_t>{});
inline constexpr TypeSet kComplex = set_of(Complexes{});
inline constexpr TypeSet kFloat8 = (1u << 17) | (1u << 18) | (1u << 19) | (1u << 20);
inline constexpr TypeSet kNumbersAndBool = kNumbers | kBool;
// Every type whose elements have whole bytes: what data movement takes.
inline constexpr TypeSet kBytes = kNumbersAndBool | kString | kComplex | kFloat8 | (1u << 24);
inline constexpr TypeSet kAnything = ~TypeSet{0};

// The type in which sums and transcendental functions of T are computed.
template <class T>
struct ComputeType {
  using type = T;
};
template <>
struct ComputeType<Half> {
  using type = float;
};
template <>
struct ComputeType<BFloat16> {
  using type = float;
};
template <class T>
using Compute = typename ComputeType<T>::type;

template <class T>
inline constexpr bool is_float =
    std::is_same_v<T, float> || std::is_same_v<T, double> || std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>;

// Calls function.template operator()<T>() for the T of the list whose dtype it is, and returns its status:
//   dispatch(Floats{}, x.dtype(), [&]<class T>() -> Status { ... });
template <class... Ts, class Function>
Status dispatch(TypeList<Ts...>, DType dtype, Function&& function) {
  Status status;
  const bool found = ((dtype == dtype_of<Ts> && (status = function.template operator()<Ts>(), true)) || ...);
  if (!found) return unimplemented("element type ", to_string(dtype), " is not supported here");
  return status;
}

// For data movement: an unsigned type of the element's size (1, 2, 4, 8 or 16 bytes) in place of the type itself.
struct alignas(8) Bytes16 {
  uint64_t low, high;
};
template <class Function>
Status dispatch_size(DType dtype, Function&& function) {
  switch (info(dtype).bits) {
    case 8:
      return function.template operator()<uint8_t>();
    case 16:
      return function.template operator()<uint16_t>();
    case 32:
      return function.template operator()<uint32_t>();
    case 64:
      return function.template operator()<uint64_t>();
    case 128:
      return function.template operator()<Bytes16>();
    default:
      return unimplemented("element type ", to_string(dtype), " cannot be moved by whole bytes");
  }
}

// Fails for a type that is known, but is not a number's: "mode 'linear' …".
inline Status expect_numbers(DType dtype, std::string_view who) {
  if (dtype == DType::kUndefined || contains(kNumbers, dtype)) return {};
  return unimplemented(who, " computes with numbers, not with ", to_string(dtype));
}

}  // namespace mortise::reference
