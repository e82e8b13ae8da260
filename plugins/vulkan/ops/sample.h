// SPDX-License-Identifier: Apache-2.0
//
// The dispatch that samples (shaders/sample.comp): every position of an output axis takes some positions of the input
// axis, each with a weight.
#pragma once

#include "../lower.h"

namespace mortise::vulkan {

struct Tap {
  int64_t position;  // below 0: the number outside
  float weight;
};

// Of one axis: `taps` entries for every position of the output.
struct AxisTaps {
  uint32_t taps = 1;
  std::vector<Tap> entries;
};

// Refuses an output whose tables, with so many taps for each position, are out of all proportion; before they are made.
void require_tables(const Lowering& l, const Shape& output, uint32_t taps);

// copies: words are moved, with one tap per axis; otherwise float32 is summed. outside: bits.
void add_sample(Lowering& l, TensorId y, TensorId x, const std::vector<AxisTaps>& axes, bool copies, uint32_t outside);

}  // namespace mortise::vulkan
