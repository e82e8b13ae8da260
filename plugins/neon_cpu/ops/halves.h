// SPDX-License-Identifier: Apache-2.0
//
// Halves: phases one after the other, from input 0 to output 0; between two of them a result lies in one half or the
// other of the temporary.
#pragma once

#include "../op.h"

namespace mortise::neon {

struct Halves {
  size_t phases = 1;
  uint64_t largest = 0;  // elements of the largest result between two phases

  uint64_t temporary_bytes() const { return 2 * largest * sizeof(float); }
  const float* from(const Operands& o, size_t phase) const { return phase == 0 ? o.in<float>(0) : half(o, phase - 1); }
  float* to(const Operands& o, size_t phase) const { return phase + 1 == phases ? o.out<float>() : half(o, phase); }

 private:
  float* half(const Operands& o, size_t phase) const {
    return reinterpret_cast<float*>(o.temporary) + phase % 2 * largest;
  }
};

}  // namespace mortise::neon
