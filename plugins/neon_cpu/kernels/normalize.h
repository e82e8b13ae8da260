// SPDX-License-Identifier: Apache-2.0
//
// Normalize: softmax and the normalisations to mean and variance, float32. Output may be the input.
#pragma once

#include <cstdint>

#include "work.h"

namespace mortise::neon {

// Over the middle axis of [outer, n, inner]; log: its logarithm.
struct SoftmaxShape {
  uint64_t outer = 0;
  uint64_t n = 0;
  uint64_t inner = 1;
};
enum class SoftmaxKind : uint8_t { kSoftmax, kLogSoftmax };
Work softmax_work(const SoftmaxShape& shape);
void softmax(SoftmaxKind kind, const SoftmaxShape& shape, const float* x, float* y, uint64_t begin, uint64_t end,
             std::byte* scratch);

// y = (x - mean) / sqrt(variance + epsilon) * scale + bias over rows of n; two passes, so that large means do no harm.
struct LayerNorm {
  uint64_t rows = 0;
  uint64_t n = 0;
  float epsilon = 0;
  bool centered = true;  // false: RMSNormalization, which takes mean as 0
  const float* x = nullptr;
  // Added to x first, [rows, n] and [n] (SkipLayerNormalization); null: nothing.
  const float* residual = nullptr;
  const float* residual_bias = nullptr;
  const float* scale = nullptr;  // [n]; null: 1
  const float* bias = nullptr;   // [n]; null: 0
  float* y = nullptr;
  float* sum = nullptr;                // [rows, n]: x + residual; null: not wanted
  float* mean = nullptr;               // [rows]; null: not wanted
  float* inverse_deviation = nullptr;  // [rows]; null: not wanted
};
Work layer_norm_work(const LayerNorm& call);
void layer_norm(const LayerNorm& call, uint64_t begin, uint64_t end, std::byte* scratch);

// The same over groups of channels of [batch, channels, inner], scale and bias per channel. groups = channels is
// InstanceNormalization.
struct GroupNorm {
  uint64_t batch = 0;
  uint64_t channels = 0;
  uint64_t groups = 1;  // divides channels
  uint64_t inner = 1;
  float epsilon = 0;
  const float* x = nullptr;
  const float* scale = nullptr;  // [channels]; null: 1
  const float* bias = nullptr;   // [channels]; null: 0
  float* y = nullptr;
};
Work group_norm_work(const GroupNorm& call);
void group_norm(const GroupNorm& call, uint64_t begin, uint64_t end, std::byte* scratch);

}  // namespace mortise::neon
