// Conversion of elements from any type to any other that Cast knows, strings excepted. Pure functions.
#pragma once

#include "providers/reference/kernel.h"

namespace mortise::reference {

struct ConvertOptions {
  bool saturate = true;                          // to 8-bit floats: beyond the largest number
  enum { kUp, kDown, kNearest } rounding = kUp;  // to float8e8m0
};

// Ranges are converted independently if they begin at multiples of this (types below a byte share bytes).
inline constexpr uint64_t kConvertBlock = 1024;

bool is_convertible(DType dtype);

// Elements [begin, end) of `in` to the same place of `out`. begin is a multiple of kConvertBlock.
// From float to integer: towards zero, low bits kept, NaN is 0. From integer to integer: low bits kept.
void convert_elements(DType from, const void* in, DType to, void* out, uint64_t begin, uint64_t end,
                      const ConvertOptions& options = {});

}  // namespace mortise::reference
