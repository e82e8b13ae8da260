// SPDX-License-Identifier: Apache-2.0
//
// ConvTranspose: a matrix product gives what every input pixel contributes through every kernel position; then every
// output plane gathers its contributions.
#include "conv_parts.h"

namespace mortise::neon {
namespace {

// Of one image and group: [out_channels / groups * kernel, in_channels / groups] times [in_channels / groups, pixels].
GemmShape gemm_shape(const ConvShape& s) {
  return {s.out_channels / s.groups * volume(s.kernel), volume(s.in), s.in_channels / s.groups};
}

// Adds columns[in extents] of kernel position (kd, kh, kw) to an output plane.
void add_position(const ConvShape& s, const float* columns, uint64_t kd, uint64_t kh, uint64_t kw, float* y) {
  const int64_t d0 = static_cast<int64_t>(kd * s.dilation.d) - static_cast<int64_t>(s.pad.d);
  const int64_t h0 = static_cast<int64_t>(kh * s.dilation.h) - static_cast<int64_t>(s.pad.h);
  const int64_t w0 = static_cast<int64_t>(kw * s.dilation.w) - static_cast<int64_t>(s.pad.w);
  for (uint64_t i = 0; i < s.in.d * s.in.h; ++i) {
    const int64_t d = d0 + static_cast<int64_t>(i / s.in.h * s.stride.d);
    const int64_t h = h0 + static_cast<int64_t>(i % s.in.h * s.stride.h);
    if (d < 0 || h < 0 || d >= static_cast<int64_t>(s.out.d) || h >= static_cast<int64_t>(s.out.h)) continue;
    float* const to = y + (d * static_cast<int64_t>(s.out.h) + h) * static_cast<int64_t>(s.out.w);
    const float* const from = columns + i * s.in.w;
    const auto stride = static_cast<int64_t>(s.stride.w), extent = static_cast<int64_t>(s.out.w);
    int64_t first = w0 < 0 ? (-w0 + stride - 1) / stride : 0;
    const int64_t last =
        w0 >= extent ? 0 : std::min<int64_t>(static_cast<int64_t>(s.in.w), (extent - w0 + stride - 1) / stride);
    for (; first < last; ++first) to[w0 + first * stride] += from[first];
  }
}

}  // namespace

uint64_t conv_transpose_columns(const ConvShape& s) {
  const GemmShape shape = gemm_shape(s);
  return s.batch * s.groups * shape.m * shape.n;
}

Work conv_transpose_gemm_work(const ConvShape& s) {
  Work work = core_work(gemm_shape(s));
  work.items *= s.batch * s.groups;
  return work;
}

void conv_transpose_gemm(const ConvShape& s, const float* x, const float* weights, float* columns, uint64_t begin,
                         uint64_t end, std::byte* scratch) {
  const GemmShape shape = gemm_shape(s);
  const uint64_t items = core_work(shape).items;
  while (begin < end) {
    const uint64_t member = begin / items;
    const Gemm call{.shape = shape,
                    .a = {weights + member % s.groups * shape.k * shape.m, 1, static_cast<int64_t>(shape.m)},
                    .b = {x + member * shape.k * shape.n, static_cast<int64_t>(shape.n), 1},
                    .c = columns + member * shape.m * shape.n,
                    .c_stride = static_cast<int64_t>(shape.n)};
    const uint64_t last = std::min(end, (member + 1) * items);
    core_gemm(call, {}, begin - member * items, last - member * items, scratch);
    begin = last;
  }
}

Work conv_transpose_gather_work(const ConvShape& s) {
  return {.items = s.batch * s.out_channels,
          .ns_per_item = static_cast<double>(volume(s.in) * volume(s.kernel) + volume(s.out)) / 2};
}

void conv_transpose_gather(const ConvShape& s, const float* columns, const Epilogue& epilogue, float* y, uint64_t begin,
                           uint64_t end, std::byte*) {
  const uint64_t pixels = volume(s.out);
  for (uint64_t plane = begin; plane < end; ++plane) {
    float* const to = y + plane * pixels;
    std::fill(to, to + pixels, 0.0f);
    const float* from = columns + plane * volume(s.kernel) * volume(s.in);
    for (uint64_t kd = 0; kd < s.kernel.d; ++kd) {
      for (uint64_t kh = 0; kh < s.kernel.h; ++kh) {
        for (uint64_t kw = 0; kw < s.kernel.w; ++kw, from += volume(s.in)) add_position(s, from, kd, kh, kw, to);
      }
    }
    finish_plane(epilogue, epilogue.row_bias != nullptr ? epilogue.row_bias[plane % s.out_channels] : 0,
                 epilogue.residual != nullptr ? epilogue.residual + plane * pixels : nullptr, pixels, to);
  }
}

}  // namespace mortise::neon
