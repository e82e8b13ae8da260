// SPDX-License-Identifier: Apache-2.0
//
// See conv.h. A convolution as a matrix product: weights [out_channels, K] times the matrix of columns [K, pixels],
// K = in_channels * kernel, for every image and group; panels of columns are gathered as the loop nest asks for them.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "plugins/neon_cpu/kernels/conv.cpp"
#include "hwy/foreach_target.h"
// foreach_target.h comes before these.
#include "hwy/highway.h"
#include "plugins/neon_cpu/kernels/conv_parts.h"
#include "plugins/neon_cpu/kernels/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mortise::neon::HWY_NAMESPACE {

// `to[i] = from[i * stride]`
HWY_INLINE void CopyRun(const float* from, uint64_t stride, uint64_t n, float* to) {
  const size_t lanes = hn::Lanes(Floats());
  if (stride == 1) {
    for (uint64_t i = 0; i < n; i += lanes) StoreFirst(LoadFirst(from + i, n - i), to + i, n - i);
  } else {
    for (uint64_t i = 0; i < n; ++i) to[i] = from[i * stride];
  }
}

// Pixels of one output row, and where they fall in the image at kernel position 0.
struct Run {
  int64_t d, h, w;
  uint64_t n;
};

// The next pixels of the panel, up to the end of their row.
Run RunAt(const ConvShape& s, uint64_t pixel, uint64_t n) {
  const uint64_t w = pixel % s.out.w;
  const uint64_t row = pixel / s.out.w;
  return {static_cast<int64_t>(row / s.out.h * s.stride.d) - static_cast<int64_t>(s.pad.d),
          static_cast<int64_t>(row % s.out.h * s.stride.h) - static_cast<int64_t>(s.pad.h),
          static_cast<int64_t>(w * s.stride.w) - static_cast<int64_t>(s.pad.w), std::min(n, s.out.w - w)};
}

// One run of one row of columns: pixels left and right of the image are 0.
HWY_INLINE void GatherRun(const ConvShape& s, const float* row, int64_t w, uint64_t n, float* to) {
  const auto stride = static_cast<int64_t>(s.stride.w), extent = static_cast<int64_t>(s.in.w);
  int64_t first = 0, last = static_cast<int64_t>(n);
  if (w < 0) first = std::min(last, (-w + stride - 1) / stride);
  if (w + (last - 1) * stride >= extent)
    last = w >= extent ? first : std::max(first, (extent - w + stride - 1) / stride);
  std::fill(to, to + first, 0.0f);
  CopyRun(row + w + first * stride, s.stride.w, static_cast<uint64_t>(last - first), to + first);
  std::fill(to + last, to + n, 0.0f);
}

// PanelSource::pack of the columns of one image and group; self is a ColumnSource.
void PackColumns(const void* self, uint64_t, uint64_t k0, uint64_t kc, uint64_t n0, uint64_t n, uint64_t width,
                 float* panel) {
  const auto& source = *static_cast<const ColumnSource*>(self);
  const ConvShape& s = *source.shape;
  const uint64_t plane = s.in.d * s.in.h * s.in.w;
  // Panels are narrow: a run per pixel is the worst that can be.
  Run runs[4 * hn::MaxLanes(Floats())];
  size_t num_runs = 0;
  for (uint64_t done = 0; done < n; done += runs[num_runs++].n) runs[num_runs] = RunAt(s, n0 + done, n - done);

  uint64_t kw = k0 % s.kernel.w, kh = k0 / s.kernel.w % s.kernel.h, kd = k0 / (s.kernel.w * s.kernel.h) % s.kernel.d;
  const float* channel = source.x + k0 / (s.kernel.w * s.kernel.h * s.kernel.d) * plane;
  for (uint64_t k = 0; k < kc; ++k, panel += width) {
    const auto at_d = static_cast<int64_t>(kd * s.dilation.d), at_h = static_cast<int64_t>(kh * s.dilation.h),
               at_w = static_cast<int64_t>(kw * s.dilation.w);
    float* to = panel;
    for (size_t i = 0; i < num_runs; ++i) {
      const Run& run = runs[i];
      const int64_t d = run.d + at_d, h = run.h + at_h;
      if (d < 0 || h < 0 || d >= static_cast<int64_t>(s.in.d) || h >= static_cast<int64_t>(s.in.h)) {
        std::fill(to, to + run.n, 0.0f);
      } else {
        const int64_t row = (d * static_cast<int64_t>(s.in.h) + h) * static_cast<int64_t>(s.in.w);
        GatherRun(s, channel + row, run.w + at_w, run.n, to);
      }
      to += run.n;
    }
    std::fill(to, panel + width, 0.0f);
    if (++kw < s.kernel.w) continue;
    kw = 0;
    if (++kh < s.kernel.h) continue;
    kh = 0;
    if (++kd < s.kernel.d) continue;
    kd = 0;
    channel += plane;
  }
}

void FinishPlane(const Epilogue& e, float bias, const float* residual, uint64_t n, float* y) {
  FinishRow(y, e, bias, residual, n, y);
}

PanelSource Columns(const ColumnSource& source) { return {&PackColumns, &source}; }

}  // namespace mortise::neon::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mortise::neon {

HWY_EXPORT(Columns);
HWY_EXPORT(FinishPlane);

void finish_plane(const Epilogue& epilogue, float bias, const float* residual, uint64_t n, float* y) {
  HWY_DYNAMIC_DISPATCH(FinishPlane)(epilogue, bias, residual, n, y);
}

namespace {

// The columns of a 1x1 kernel that goes over every pixel are the image itself.
bool columns_are_image(const ConvShape& s) {
  return volume(s.kernel) == 1 && volume(s.stride) == 1 && s.pad.d + s.pad.h + s.pad.w == 0 && s.in.d == s.out.d &&
         s.in.h == s.out.h && s.in.w == s.out.w;
}

// Of one image and group.
GemmShape gemm_shape(const ConvShape& s) {
  return {s.out_channels / s.groups, volume(s.out), s.in_channels / s.groups * volume(s.kernel)};
}

}  // namespace

ConvPlan plan_conv(const ConvShape& shape) {
  ConvPlan plan{.shape = shape};
  if (depthwise_fits(shape)) {
    plan.method = ConvMethod::kDepthwise;
    plan.work = depthwise_work(shape);
  } else {
    plan.work = core_work(gemm_shape(shape));
    plan.work.items *= shape.batch * shape.groups;
  }
  return plan;
}

void prepare_conv(const ConvPlan&, const float*, float*) {}

void conv(const ConvPlan& plan, const float* x, const float* weights, const Epilogue& epilogue, float* y,
          uint64_t begin, uint64_t end, std::byte* scratch) {
  const ConvShape& s = plan.shape;
  if (plan.method == ConvMethod::kDepthwise) return depthwise(s, x, weights, epilogue, y, begin, end, scratch);
  const GemmShape shape = gemm_shape(s);
  const uint64_t items = plan.work.items / std::max<uint64_t>(1, s.batch * s.groups);
  while (begin < end) {
    const uint64_t member = begin / items, group = member % s.groups;
    const float* const image = x + member * (s.in_channels / s.groups) * volume(s.in);
    const uint64_t at = member * shape.m * shape.n;
    Gemm call{.shape = shape,
              .a = {weights + group * shape.m * shape.k, static_cast<int64_t>(shape.k), 1},
              .b = {image, static_cast<int64_t>(shape.n), 1},
              .c = y + at,
              .c_stride = static_cast<int64_t>(shape.n),
              .epilogue = epilogue};
    if (epilogue.row_bias != nullptr) call.epilogue.row_bias += group * shape.m;
    if (epilogue.residual != nullptr) call.epilogue.residual += at;
    const ColumnSource columns{&s, image};
    const PanelSource source = columns_are_image(s) ? PanelSource{} : HWY_DYNAMIC_DISPATCH(Columns)(columns);
    const uint64_t last = std::min(end, (member + 1) * items);
    core_gemm(call, source, begin - member * items, last - member * items, scratch);
    begin = last;
  }
}

}  // namespace mortise::neon
#endif
