// SPDX-License-Identifier: Apache-2.0
//
// What the 8-bit operators share: zero points as the kernels want them, in the temporary of a call.
#pragma once

#include "../kernels/quantized.h"
#include "../op.h"

namespace mortise::neon {

inline int32_t byte_at(const Operands& o, size_t input, uint64_t i, bool is_signed) {
  return is_signed ? int32_t{o.in<int8_t>(input)[i]} : int32_t{o.in<uint8_t>(input)[i]};
}

// Phase that widens `count` zero points of an input to the beginning of the temporary.
inline void add_zero_points(Call& call, size_t input, bool is_signed, uint64_t count) {
  call.temporary_bytes = std::max<uint64_t>(call.temporary_bytes, count * sizeof(int32_t));
  call.split(1, static_cast<double>(count), [=](const Operands& o, uint64_t, uint64_t) {
    for (uint64_t i = 0; i < count; ++i) {
      reinterpret_cast<int32_t*>(o.temporary)[i] = byte_at(o, input, i, is_signed);
    }
  });
}
inline const int32_t* zero_points(const Operands& o) { return reinterpret_cast<const int32_t*>(o.temporary); }

}  // namespace mortise::neon
