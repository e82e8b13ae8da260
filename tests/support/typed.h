// Tensors of any float type written and read as doubles, for tests that sweep over types.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "mortise/sdk/value.h"

namespace mortise::test {

inline constexpr DType kFloatTypes[] = {DType::kF32, DType::kF64, DType::kF16, DType::kBF16};

template <class Function>
auto with_float(DType dtype, Function&& function) {
  switch (dtype) {
    case DType::kF64:
      return function(double{});
    case DType::kF16:
      return function(Half{});
    case DType::kBF16:
      return function(BFloat16{});
    default:
      return function(float{});
  }
}

inline Tensor typed(DType dtype, const Shape& shape, std::span<const double> values) {
  return with_float(dtype, [&]<class T>(T) {
    Tensor tensor = Tensor::allocate(dtype, shape).value();
    for (uint64_t i = 0; i < values.size(); ++i) tensor.data<T>()[i] = static_cast<T>(values[i]);
    return tensor;
  });
}

inline std::vector<double> doubles(const Tensor& tensor) {
  return with_float(tensor.dtype(), [&]<class T>(T) {
    std::vector<double> values;
    for (const T value : tensor.elements<T>()) values.push_back(static_cast<double>(value));
    return values;
  });
}

// Multiples of 1/8 in [-1, 1], which every float type holds exactly.
inline Tensor eighths(DType dtype, const Shape& shape, uint32_t seed) {
  std::minstd_rand random(seed + 1);
  std::vector<double> values(static_cast<uint64_t>(shape.num_elements()));
  for (double& value : values) value = static_cast<double>(random() >> 8 & 15) / 8 - 1;
  return typed(dtype, shape, values);
}

// How far a result of the type may be from the exact one, relative to it: half a unit in the last place and some.
inline double precision(DType dtype) {
  switch (dtype) {
    case DType::kF64:
      return 1e-12;
    case DType::kF16:
      return 0x1p-10;
    case DType::kBF16:
      return 0x1p-7;
    default:
      return 1e-5;
  }
}

inline void expect_near(const Value& value, const std::vector<double>& wanted) {
  const std::vector<double> got = doubles(value.tensor);
  ASSERT_EQ(got.size(), wanted.size());
  for (size_t i = 0; i < got.size(); ++i) {
    const double room = precision(value.tensor.dtype()) * std::max(1.0, std::fabs(wanted[i]));
    EXPECT_NEAR(got[i], wanted[i], room) << to_string(value.tensor.dtype()) << " element " << i;
  }
}

}  // namespace mortise::test
