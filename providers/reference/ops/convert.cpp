#include "providers/reference/ops/convert.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "providers/reference/ops/minifloat.h"
#include "providers/reference/types.h"

namespace mortise::reference {
namespace {

// Every type fits into one of these without loss: floats into double, integers into the 64-bit ones.
template <class T>
using Wide = std::conditional_t<is_float<T>, double, std::conditional_t<std::is_signed_v<T>, int64_t, uint64_t>>;

constexpr uint64_t unsigned_bits(double x) {
  if (!(x > -0x1p63)) return x != x ? 0 : uint64_t{1} << 63;
  if (x >= 0x1p64) return ~uint64_t{0};
  return x >= 0x1p63 ? static_cast<uint64_t>(x) : static_cast<uint64_t>(static_cast<int64_t>(x));
}

// A double as a float of which the last bit says that something was cut off, so that rounding once more is harmless.
float round_to_odd(double x) {
  const auto nearest = static_cast<float>(x);
  if (static_cast<double>(nearest) == x || !std::isfinite(nearest)) return nearest;
  auto bits = std::bit_cast<uint32_t>(nearest);
  if (std::fabs(static_cast<double>(nearest)) > std::fabs(x)) --bits;
  return std::bit_cast<float>(bits | 1u);
}

// An integer as such a double: the bits that do not fit are cut off.
template <class W>
double whole_to_odd(W x) {
  const bool negative = x < 0;
  const uint64_t size = negative ? 0 - static_cast<uint64_t>(x) : static_cast<uint64_t>(x);
  const int cut = std::max(0, static_cast<int>(std::bit_width(size)) - 53);
  const uint64_t kept = size >> cut;
  const double odd = std::ldexp(static_cast<double>(kept << cut == size ? kept : kept | 1), cut);
  return negative ? -odd : odd;
}

template <class T, class W>
T narrow(W x) {
  if constexpr (std::is_same_v<T, bool>)
    return x != 0;
  else if constexpr (std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>) {
    if constexpr (std::is_same_v<W, double>)
      return T(round_to_odd(x));
    else
      return T(round_to_odd(whole_to_odd(x)));
  } else if constexpr (std::is_integral_v<T> && std::is_same_v<W, double>) {
    if constexpr (std::is_same_v<T, int64_t>) {
      return x >= 0x1p63 ? INT64_MAX : static_cast<int64_t>(unsigned_bits(x));
    } else {
      return static_cast<T>(unsigned_bits(x));
    }
  } else {
    return static_cast<T>(x);
  }
}

double decode_power(uint8_t code) {
  return code == 255 ? std::numeric_limits<double>::quiet_NaN() : std::ldexp(1.0, code - 127);
}

uint8_t encode_power(double x, const ConvertOptions& options) {
  if (std::isnan(x)) return 255;
  x = std::fabs(x);
  if (x < 0x1p-127 && !options.saturate) return 255;
  if (x == 0) return 0;
  if (std::isinf(x)) return options.saturate ? 254 : 255;
  int exponent = 0;
  const double fraction = std::frexp(x, &exponent);  // [0.5, 1)
  const bool up = options.rounding == ConvertOptions::kUp        ? fraction > 0.5
                  : options.rounding == ConvertOptions::kNearest ? fraction >= 0.75
                                                                 : false;
  const int code = exponent - 1 + (up ? 1 : 0) + 127;
  if (code > 254) return options.saturate ? 254 : 255;
  return static_cast<uint8_t>(std::max(code, 0));
}

bool is_signed_packed(DType dtype) { return dtype == DType::kI4 || dtype == DType::kI2; }
bool is_packed_integer(DType dtype) { return is_signed_packed(dtype) || dtype == DType::kU4 || dtype == DType::kU2; }

struct Block {
  uint64_t count = 0;
  // The alternative that `kind` names is filled.
  enum { kFloat, kSigned, kUnsigned } kind = kFloat;
  double floats[kConvertBlock];
  int64_t ints[kConvertBlock];
  uint64_t uints[kConvertBlock];

  template <class W>
  W* data() {
    if constexpr (std::is_same_v<W, double>)
      return kind = kFloat, floats;
    else if constexpr (std::is_same_v<W, int64_t>)
      return kind = kSigned, ints;
    else
      return kind = kUnsigned, uints;
  }
  template <class Function>
  void visit(Function&& function) const {
    switch (kind) {
      case kFloat:
        return function(floats);
      case kSigned:
        return function(ints);
      case kUnsigned:
        return function(uints);
    }
  }
};

void load(DType dtype, const void* in, uint64_t first, Block& block) {
  const auto* bytes = static_cast<const uint8_t*>(in);
  if (is_packed_integer(dtype) || dtype == DType::kF4E2M1) {
    const uint32_t bits = info(dtype).bits;
    const uint32_t per_byte = 8 / bits;
    const auto code = [&](uint64_t i) {
      return (bytes[(first + i) / per_byte] >> ((first + i) % per_byte * bits)) & ((1u << bits) - 1);
    };
    if (dtype == DType::kF4E2M1) {
      double* out = block.data<double>();
      for (uint64_t i = 0; i < block.count; ++i) out[i] = decode(minifloat(dtype), code(i));
    } else {
      int64_t* out = block.data<int64_t>();
      const int64_t half = is_signed_packed(dtype) ? int64_t{1} << (bits - 1) : int64_t{1} << bits;
      for (uint64_t i = 0; i < block.count; ++i) {
        const auto value = static_cast<int64_t>(code(i));
        out[i] = value >= half ? value - 2 * half : value;
      }
    }
    return;
  }
  if (info(dtype).bits == 8 && static_cast<int32_t>(dtype) >= MORTISE_DTYPE_F8E4M3FN) {
    double* out = block.data<double>();
    const bool power = dtype == DType::kF8E8M0;
    for (uint64_t i = 0; i < block.count; ++i) {
      out[i] = power ? decode_power(bytes[first + i]) : decode(minifloat(dtype), bytes[first + i]);
    }
    return;
  }
  static_cast<void>(dispatch(NumbersAndBool{}, dtype, [&]<class T>() -> Status {
    const T* from = static_cast<const T*>(in) + first;
    auto* out = block.data<Wide<T>>();
    for (uint64_t i = 0; i < block.count; ++i) out[i] = static_cast<Wide<T>>(from[i]);
    return {};
  }));
}

// The low bits, of floats after rounding towards zero.
template <class W>
unsigned packed_code(W x, uint32_t bits) {
  return static_cast<unsigned>(narrow<uint64_t>(x)) & ((1u << bits) - 1);
}

void store_block(DType dtype, void* out, uint64_t first, const Block& block, const ConvertOptions& options) {
  auto* bytes = static_cast<uint8_t*>(out);
  const uint32_t bits = info(dtype).bits;
  if (bits < 8) {
    const uint32_t per_byte = 8 / bits;
    block.visit([&](const auto* x) {
      std::memset(bytes + first / per_byte, 0, (block.count + per_byte - 1) / per_byte);
      for (uint64_t i = 0; i < block.count; ++i) {
        const unsigned code = dtype == DType::kF4E2M1 ? encode(minifloat(dtype), static_cast<double>(x[i]), true)
                                                      : packed_code(x[i], bits);
        uint8_t& byte = bytes[(first + i) / per_byte];
        byte = static_cast<uint8_t>(byte | code << (i % per_byte * bits));
      }
    });
    return;
  }
  if (bits == 8 && static_cast<int32_t>(dtype) >= MORTISE_DTYPE_F8E4M3FN) {
    block.visit([&](const auto* x) {
      for (uint64_t i = 0; i < block.count; ++i) {
        const auto value = static_cast<double>(x[i]);
        bytes[first + i] = dtype == DType::kF8E8M0
                               ? encode_power(value, options)
                               : static_cast<uint8_t>(encode(minifloat(dtype), value, options.saturate));
      }
    });
    return;
  }
  static_cast<void>(dispatch(NumbersAndBool{}, dtype, [&]<class T>() -> Status {
    T* to = static_cast<T*>(out) + first;
    block.visit([&](const auto* x) {
      for (uint64_t i = 0; i < block.count; ++i) to[i] = narrow<T>(x[i]);
    });
    return {};
  }));
}

}  // namespace

bool is_convertible(DType dtype) {
  return is_known(dtype) && dtype != DType::kString && dtype != DType::kC64 && dtype != DType::kC128;
}

void convert_elements(DType from, const void* in, DType to, void* out, uint64_t begin, uint64_t end,
                      const ConvertOptions& options) {
  Block block;
  for (uint64_t first = begin; first < end; first += kConvertBlock) {
    block.count = std::min(kConvertBlock, end - first);
    load(from, in, first, block);
    store_block(to, out, first, block, options);
  }
}

}  // namespace mortise::reference
