#include "conformance/generate/integer_tensor.h"

#include <algorithm>
#include <cmath>

#include "mortise/sdk/float16.h"

namespace mortise::conformance {

namespace {

// Calls visit(T()) with the C++ type of the dtype; false for types without plain numbers.
template <class Visit>
bool with_integer_type(DType dtype, Visit&& visit) {
  switch (dtype) {
    case DType::kF32:
      return visit(float()), true;
    case DType::kF64:
      return visit(double()), true;
    case DType::kF16:
      return visit(Half()), true;
    case DType::kI8:
      return visit(int8_t()), true;
    case DType::kU8:
      return visit(uint8_t()), true;
    case DType::kI32:
      return visit(int32_t()), true;
    case DType::kI64:
      return visit(int64_t()), true;
    case DType::kBool:
      return visit(bool()), true;
    default:
      return false;
  }
}

template <class T>
double as_double(T element) {
  if constexpr (std::is_same_v<T, Half>) {
    return static_cast<float>(element);
  } else {
    return static_cast<double>(element);
  }
}

}  // namespace

Tensor random_integers(DType dtype, const Shape& shape, int64_t low, int64_t high, Random& random) {
  Tensor tensor = Tensor::allocate(dtype, shape).value();
  with_integer_type(dtype, [&](auto type) {
    using T = decltype(type);
    for (T& element : tensor.elements<T>()) {
      const int64_t number = between(random, low, high);
      if constexpr (std::is_same_v<T, Half>) {
        element = Half(static_cast<float>(number));
      } else {
        element = static_cast<T>(number);
      }
    }
  });
  return tensor;
}

std::optional<std::pair<int64_t, int64_t>> integer_range(const Tensor& tensor) {
  constexpr double kMost = 9007199254740992.0;  // 2^53
  double low = 0, high = 0;
  bool first = true, integral = true;
  const bool known = with_integer_type(tensor.dtype(), [&](auto type) {
    using T = decltype(type);
    for (const T& element : tensor.elements<T>()) {
      const double number = as_double(element);
      integral = integral && std::abs(number) < kMost && number == std::floor(number);
      low = first ? number : std::min(low, number);
      high = first ? number : std::max(high, number);
      first = false;
    }
  });
  if (!known || !integral) return std::nullopt;
  return std::pair(static_cast<int64_t>(low), static_cast<int64_t>(high));
}

}  // namespace mortise::conformance
