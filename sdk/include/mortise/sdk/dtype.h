// SPDX-License-Identifier: Apache-2.0
//
// DType: the element types of the ABI as a C++ enum, with their names, sizes and C++ types.
#pragma once

#include <complex>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include "../dtype.h"
#include "float16.h"

namespace mortise {

enum class DType : int32_t {
  kUndefined = MORTISE_DTYPE_UNDEFINED,
  kF32 = MORTISE_DTYPE_F32,
  kU8 = MORTISE_DTYPE_U8,
  kI8 = MORTISE_DTYPE_I8,
  kU16 = MORTISE_DTYPE_U16,
  kI16 = MORTISE_DTYPE_I16,
  kI32 = MORTISE_DTYPE_I32,
  kI64 = MORTISE_DTYPE_I64,
  kString = MORTISE_DTYPE_STRING,
  kBool = MORTISE_DTYPE_BOOL,
  kF16 = MORTISE_DTYPE_F16,
  kF64 = MORTISE_DTYPE_F64,
  kU32 = MORTISE_DTYPE_U32,
  kU64 = MORTISE_DTYPE_U64,
  kC64 = MORTISE_DTYPE_C64,
  kC128 = MORTISE_DTYPE_C128,
  kBF16 = MORTISE_DTYPE_BF16,
  kF8E4M3FN = MORTISE_DTYPE_F8E4M3FN,
  kF8E4M3FNUZ = MORTISE_DTYPE_F8E4M3FNUZ,
  kF8E5M2 = MORTISE_DTYPE_F8E5M2,
  kF8E5M2FNUZ = MORTISE_DTYPE_F8E5M2FNUZ,
  kU4 = MORTISE_DTYPE_U4,
  kI4 = MORTISE_DTYPE_I4,
  kF4E2M1 = MORTISE_DTYPE_F4E2M1,
  kF8E8M0 = MORTISE_DTYPE_F8E8M0,
  kU2 = MORTISE_DTYPE_U2,
  kI2 = MORTISE_DTYPE_I2,
};

inline constexpr int32_t kNumDTypes = 27;

struct DTypeInfo {
  std::string_view name;  // as numpy and ONNX's documentation write it
  uint32_t bits;          // of one element in memory; 0 for undefined
};

inline constexpr DTypeInfo kDTypeInfo[kNumDTypes] = {
    {"undefined", 0},      {"float32", 32},  {"uint8", 8},        {"int8", 8},           {"uint16", 16},
    {"int16", 16},         {"int32", 32},    {"int64", 64},       {"string", 128},       {"bool", 8},
    {"float16", 16},       {"float64", 64},  {"uint32", 32},      {"uint64", 64},        {"complex64", 64},
    {"complex128", 128},   {"bfloat16", 16}, {"float8e4m3fn", 8}, {"float8e4m3fnuz", 8}, {"float8e5m2", 8},
    {"float8e5m2fnuz", 8}, {"uint4", 4},     {"int4", 4},         {"float4e2m1", 4},     {"float8e8m0", 8},
    {"uint2", 2},          {"int2", 2},
};

constexpr bool is_known(DType dtype) {
  return static_cast<int32_t>(dtype) > 0 && static_cast<int32_t>(dtype) < kNumDTypes;
}
constexpr const DTypeInfo& info(DType dtype) { return kDTypeInfo[is_known(dtype) ? static_cast<int32_t>(dtype) : 0]; }
constexpr std::string_view to_string(DType dtype) { return info(dtype).name; }

// Bytes that `count` dense elements occupy; nothing on overflow.
constexpr std::optional<uint64_t> size_in_bytes(DType dtype, uint64_t count) {
  const uint64_t bits = info(dtype).bits;
  if (bits >= 8) {
    const uint64_t bytes = bits / 8;
    if (count > std::numeric_limits<uint64_t>::max() / bytes) return std::nullopt;
    return count * bytes;
  }
  if (bits == 0) return 0;
  const uint64_t per_byte = 8 / bits;
  return count / per_byte + (count % per_byte != 0 ? 1 : 0);
}

// dtype_of<float> == DType::kF32
template <class T>
inline constexpr DType dtype_of = DType::kUndefined;
template <>
inline constexpr DType dtype_of<float> = DType::kF32;
template <>
inline constexpr DType dtype_of<double> = DType::kF64;
template <>
inline constexpr DType dtype_of<Half> = DType::kF16;
template <>
inline constexpr DType dtype_of<BFloat16> = DType::kBF16;
template <>
inline constexpr DType dtype_of<uint8_t> = DType::kU8;
template <>
inline constexpr DType dtype_of<uint16_t> = DType::kU16;
template <>
inline constexpr DType dtype_of<uint32_t> = DType::kU32;
template <>
inline constexpr DType dtype_of<uint64_t> = DType::kU64;
template <>
inline constexpr DType dtype_of<int8_t> = DType::kI8;
template <>
inline constexpr DType dtype_of<int16_t> = DType::kI16;
template <>
inline constexpr DType dtype_of<int32_t> = DType::kI32;
template <>
inline constexpr DType dtype_of<int64_t> = DType::kI64;
template <>
inline constexpr DType dtype_of<bool> = DType::kBool;
template <>
inline constexpr DType dtype_of<mortise_string_t> = DType::kString;
template <>
inline constexpr DType dtype_of<std::complex<float>> = DType::kC64;
template <>
inline constexpr DType dtype_of<std::complex<double>> = DType::kC128;

}  // namespace mortise
