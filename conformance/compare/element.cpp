#include "conformance/compare/element.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "providers/reference/ops/minifloat.h"

namespace mortise::conformance {

namespace {

// Calls function.template operator()<T>() with the C++ type of whole-byte numbers; false for other types.
template <class Function>
bool with_type(DType dtype, Function&& function) {
  const auto try_one = [&]<class T>() {
    if (dtype != dtype_of<T>) return false;
    function.template operator()<T>();
    return true;
  };
  return [&]<class... Ts>(const std::tuple<Ts...>*) {
    return (try_one.template operator()<Ts>() || ...);
  }(static_cast<std::tuple<float, double, Half, BFloat16, int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t,
                           uint32_t, uint64_t, bool>*>(nullptr));
}

template <class T>
T nearest(double value) {
  if constexpr (std::is_same_v<T, bool>) {
    return value != 0;
  } else if constexpr (std::is_integral_v<T>) {
    using Limits = std::numeric_limits<T>;
    if (std::isnan(value)) return 0;
    const double whole = std::nearbyint(value);
    // The largest number of 64 bits is no double: compare with the power of two above it.
    if (whole >= std::ldexp(1.0, Limits::digits)) return Limits::max();
    if (whole <= static_cast<double>(Limits::min())) return Limits::min();
    return static_cast<T>(whole);
  } else if constexpr (std::is_same_v<T, double>) {
    return value;
  } else {
    return static_cast<T>(static_cast<float>(value));
  }
}

// Several elements share a byte, the first in the lowest bits.
unsigned code_at(const Tensor& tensor, int64_t i) {
  const unsigned bits = info(tensor.dtype()).bits, per_byte = 8 / bits;
  const auto at = static_cast<uint64_t>(i);
  return tensor.data<uint8_t>()[at / per_byte] >> (at % per_byte * bits) & ((1u << bits) - 1);
}

void set_code(Tensor& tensor, int64_t i, unsigned code) {
  const unsigned bits = info(tensor.dtype()).bits, per_byte = 8 / bits, mask = (1u << bits) - 1;
  const auto at = static_cast<uint64_t>(i);
  const unsigned shift = static_cast<unsigned>(at % per_byte) * bits;
  uint8_t& byte = tensor.data<uint8_t>()[at / per_byte];
  byte = static_cast<uint8_t>((byte & ~(mask << shift)) | (code & mask) << shift);
}

// Of float8e8m0, whose numbers are the powers of two from 2^-127 to 2^127.
unsigned power_code(double value) {
  if (std::isnan(value)) return 0xff;
  if (value <= 0) return 0;
  // From 1.5 times a power on, the next one is as near.
  return static_cast<unsigned>(std::clamp(std::ilogb(std::min(value, 0x1p127) * 4 / 3) + 127, 0, 254));
}

bool is_minifloat(DType dtype) {
  return (dtype >= DType::kF8E4M3FN && dtype <= DType::kF8E5M2FNUZ) || dtype == DType::kF4E2M1;
}
bool is_packed_integer(DType dtype) {
  return dtype == DType::kU4 || dtype == DType::kI4 || dtype == DType::kU2 || dtype == DType::kI2;
}
bool is_signed(DType dtype) { return dtype == DType::kI4 || dtype == DType::kI2; }

}  // namespace

std::optional<FloatFormat> float_format(DType dtype) {
  switch (dtype) {
    case DType::kF64:
      return FloatFormat{52, -1022};
    case DType::kF32:
      return FloatFormat{23, -126};
    case DType::kF16:
      return FloatFormat{10, -14};
    case DType::kBF16:
      return FloatFormat{7, -126};
    case DType::kF8E8M0:
      return FloatFormat{0, -127};
    default:
      if (!is_minifloat(dtype)) return std::nullopt;
      const auto layout = reference::minifloat(dtype);
      return FloatFormat{layout.fraction_bits, 1 - layout.bias};
  }
}

double ulp(const FloatFormat& format, double value) {
  const int exponent = value == 0 ? format.min_exponent : std::max(std::ilogb(value), format.min_exponent);
  return std::ldexp(1.0, exponent - format.fraction_bits);
}
double epsilon(const FloatFormat& format) { return std::ldexp(1.0, -format.fraction_bits); }
double smallest_normal(const FloatFormat& format) { return std::ldexp(1.0, format.min_exponent); }

std::optional<double> number_at(const Tensor& tensor, int64_t i) {
  double value = 0;
  if (with_type(tensor.dtype(), [&]<class T>() { value = static_cast<double>(tensor.data<T>()[i]); })) return value;
  if (is_minifloat(tensor.dtype())) return decode(reference::minifloat(tensor.dtype()), code_at(tensor, i));
  if (tensor.dtype() == DType::kF8E8M0) {
    const unsigned code = code_at(tensor, i);
    return code == 0xff ? std::nan("") : std::ldexp(1.0, static_cast<int>(code) - 127);
  }
  if (!is_packed_integer(tensor.dtype())) return std::nullopt;
  const int code = static_cast<int>(code_at(tensor, i)), range = 1 << info(tensor.dtype()).bits;
  return is_signed(tensor.dtype()) && code >= range / 2 ? code - range : code;
}

void set_number(Tensor& tensor, int64_t i, double value) {
  const DType dtype = tensor.dtype();
  if (with_type(dtype, [&]<class T>() { tensor.data<T>()[i] = nearest<T>(value); })) return;
  if (is_minifloat(dtype)) {
    set_code(tensor, i, encode(reference::minifloat(dtype), value, true));
  } else if (dtype == DType::kF8E8M0) {
    set_code(tensor, i, power_code(value));
  } else if (is_packed_integer(dtype)) {
    const int range = 1 << info(dtype).bits, least = is_signed(dtype) ? -range / 2 : 0;
    const double whole =
        std::isnan(value) ? 0 : std::clamp(std::nearbyint(value), double(least), double(least + range - 1));
    set_code(tensor, i, static_cast<unsigned>(static_cast<int>(whole)));
  }
}

bool same_element(const Tensor& a, const Tensor& b, int64_t i) {
  if (a.dtype() == DType::kString) {
    const mortise_string_t &x = a.data<mortise_string_t>()[i], &y = b.data<mortise_string_t>()[i];
    return std::string_view(x.data, x.size) == std::string_view(y.data, y.size);
  }
  const uint64_t bits = info(a.dtype()).bits;
  if (bits < 8) return code_at(a, i) == code_at(b, i);
  const uint64_t bytes = bits / 8, at = static_cast<uint64_t>(i) * bytes;
  return std::memcmp(a.data<std::byte>() + at, b.data<std::byte>() + at, bytes) == 0;
}

std::string element_text(const Tensor& tensor, int64_t i) {
  switch (tensor.dtype()) {
    case DType::kString: {
      const mortise_string_t& s = tensor.data<mortise_string_t>()[i];
      return concat('"', std::string_view(s.data, s.size), '"');
    }
    case DType::kBool:
      return tensor.data<bool>()[i] ? "true" : "false";
    case DType::kI64:
      return std::to_string(tensor.data<int64_t>()[i]);
    case DType::kU64:
      return std::to_string(tensor.data<uint64_t>()[i]);
    default:
      break;
  }
  const std::optional<double> number = number_at(tensor, i);
  if (!number) return "other bits";
  char text[32];
  std::snprintf(text, sizeof text, "%.9g", *number);
  return text;
}

std::string position(const Shape& shape, int64_t i) {
  Shape at = shape;
  for (uint32_t axis = shape.rank(); axis-- > 0;) {
    at[axis] = i % shape[axis];
    i /= shape[axis];
  }
  return to_string(at);
}

Tensor as_numbers(const Tensor& tensor) {
  if (tensor.dtype() != DType::kC64 && tensor.dtype() != DType::kC128) return tensor;
  Shape shape = tensor.shape();
  shape.push_back(2);
  return Tensor::view(tensor.dtype() == DType::kC64 ? DType::kF32 : DType::kF64, shape, const_cast<void*>(tensor.raw()),
                      tensor.owner());
}

}  // namespace mortise::conformance
