// SPDX-License-Identifier: Apache-2.0
//
// Half and BFloat16: storage types that convert to and from float.
//
// Rounding is to nearest, ties to even; NaN stays NaN (quiet), overflow gives infinity, subnormals are kept. Arithmetic
// is done in float by whoever uses them.
#pragma once

#include <bit>
#include <cstdint>

namespace mortise {

// IEEE 754 binary16: 1 sign, 5 exponent (bias 15), 10 fraction bits.
class Half {
 public:
  Half() = default;
  Half(float value) : bits_(encode(value)) {}       // NOLINT: implicit by design
  operator float() const { return decode(bits_); }  // NOLINT: implicit by design
  static Half from_bits(uint16_t bits) {
    Half half;
    half.bits_ = bits;
    return half;
  }
  uint16_t bits() const { return bits_; }

 private:
  static uint16_t encode(float value) {
    const uint32_t bits = std::bit_cast<uint32_t>(value);
    const auto sign = static_cast<uint16_t>((bits >> 16) & 0x8000u);
    const uint32_t magnitude = bits & 0x7fffffffu;
    if (magnitude > 0x7f800000u) return sign | 0x7e00u;
    // 65520 = 0x477ff000 is the smallest magnitude that rounds to infinity.
    if (magnitude >= 0x477ff000u) return sign | 0x7c00u;
    if (magnitude < 0x38800000u) {
      // Below 2^-14 the result is subnormal: adding 0.5 aligns its last bit with that of a float, whose own rounding is
      // then the one wanted.
      const float aligned = std::bit_cast<float>(magnitude) + 0.5f;
      return sign | static_cast<uint16_t>(std::bit_cast<uint32_t>(aligned) - 0x3f000000u);
    }
    const uint32_t odd = (magnitude >> 13) & 1u;
    return sign | static_cast<uint16_t>((magnitude - 0x38000000u + 0xfffu + odd) >> 13);
  }
  static float decode(uint16_t bits) {
    const uint32_t sign = static_cast<uint32_t>(bits & 0x8000u) << 16;
    const uint32_t magnitude = bits & 0x7fffu;
    if (magnitude >= 0x7c00u) return std::bit_cast<float>(sign | 0x7f800000u | ((magnitude & 0x3ffu) << 13));
    if (magnitude < 0x400u) {
      const float value = static_cast<float>(magnitude) * 0x1p-24f;
      return std::bit_cast<float>(sign | std::bit_cast<uint32_t>(value));
    }
    return std::bit_cast<float>(sign | ((magnitude << 13) + 0x38000000u));
  }
  uint16_t bits_;
};

// The upper half of an IEEE 754 binary32.
class BFloat16 {
 public:
  BFloat16() = default;
  BFloat16(float value) : bits_(encode(value)) {}  // NOLINT: implicit by design
  operator float() const {
    return std::bit_cast<float>(static_cast<uint32_t>(bits_) << 16);
  }  // NOLINT: implicit by design
  static BFloat16 from_bits(uint16_t bits) {
    BFloat16 value;
    value.bits_ = bits;
    return value;
  }
  uint16_t bits() const { return bits_; }

 private:
  static uint16_t encode(float value) {
    const uint32_t bits = std::bit_cast<uint32_t>(value);
    if ((bits & 0x7fffffffu) > 0x7f800000u) return static_cast<uint16_t>((bits >> 16) | 0x40u);
    return static_cast<uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
  }
  uint16_t bits_;
};

static_assert(sizeof(Half) == 2 && sizeof(BFloat16) == 2);

}  // namespace mortise
