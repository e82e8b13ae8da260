// SPDX-License-Identifier: Apache-2.0
//
// Conv parts: what the files behind conv.h share. Internal to the kernels.
#pragma once

#include "conv.h"
#include "gemm_core.h"

namespace mortise::neon {

constexpr uint64_t volume(const Extents& extents) { return extents.d * extents.h * extents.w; }

// Where a 1x1 kernel goes over every pixel the image is one row, which makes its columns the image itself.
inline ConvShape flattened(ConvShape s) {
  const bool whole = volume(s.kernel) == 1 && volume(s.stride) == 1 && s.pad.d + s.pad.h + s.pad.w == 0 &&
                     s.in.d == s.out.d && s.in.h == s.out.h && s.in.w == s.out.w;
  if (whole) s.in = s.out = {1, 1, volume(s.in)};
  return s;
}

// The matrix of columns of one image (of a group's channels): row (c, kernel position), column pixel.
struct ColumnSource {
  const ConvShape* shape;
  const float* x;
};

// The epilogue over the sums of one output channel, in place.
void finish_plane(const Epilogue& epilogue, float bias, const float* residual, uint64_t n, float* y);

// Two spatial axes and one input channel per group.
bool depthwise_fits(const ConvShape& shape);
Work depthwise_work(const ConvShape& shape);
void depthwise(const ConvShape& shape, const float* x, const float* weights, const Epilogue& epilogue, float* y,
               uint64_t begin, uint64_t end, std::byte* scratch);

// 3x3 of stride 1 after Winograd (winograd.cpp), where that is expected to be faster.
struct WinogradWork {
  uint64_t prepared_size = 0;
  uint64_t columns_size = 0;
  Work columns;
  Work output;
};
bool winograd_pays(const ConvShape& shape);
WinogradWork winograd_work(const ConvShape& shape);
void winograd_prepare(const ConvShape& shape, const float* weights, float* prepared);
void winograd_columns(const ConvShape& shape, const float* x, float* columns, uint64_t begin, uint64_t end,
                      std::byte* scratch);
void winograd(const ConvShape& shape, const float* columns, const float* weights, const Epilogue& epilogue, float* y,
              uint64_t begin, uint64_t end, std::byte* scratch);

}  // namespace mortise::neon
