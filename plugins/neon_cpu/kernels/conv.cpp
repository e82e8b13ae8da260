// SPDX-License-Identifier: Apache-2.0
//
// See conv.h. A convolution as a matrix product: weights [out_channels, K] times the matrix of columns [K, pixels],
// K = in_channels * kernel, for every image and group; panels of columns are gathered as the loop nest asks for them.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "plugins/neon_cpu/kernels/conv.cpp"
#include "hwy/foreach_target.h"
// foreach_target.h comes before these.
#include "hwy/highway.h"
#include "plugins/neon_cpu/kernels/columns-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mortise::neon::HWY_NAMESPACE {

// PanelSource::pack of the columns of one image and group; self is a ColumnSource.
void PackColumns(const void* self, uint64_t, uint64_t k0, uint64_t kc, uint64_t n0, uint64_t n, uint64_t width,
                 float* panel) {
  const auto& source = *static_cast<const ColumnSource*>(self);
  Columns columns(*source.shape, source.x, 0.0f, n0, n);
  columns.Seek(k0);
  for (uint64_t k = 0; k < kc; ++k, panel += width) {
    columns.Next(panel);
    std::fill(panel + n, panel + width, 0.0f);
  }
}

void FinishPlane(const Epilogue& e, float bias, const float* residual, uint64_t n, float* y) {
  FinishRow(y, e, bias, residual, n, y);
}

PanelSource ColumnPanels(const ColumnSource& source) { return {&PackColumns, &source}; }

}  // namespace mortise::neon::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mortise::neon {

HWY_EXPORT(ColumnPanels);
HWY_EXPORT(FinishPlane);

void finish_plane(const Epilogue& epilogue, float bias, const float* residual, uint64_t n, float* y) {
  HWY_DYNAMIC_DISPATCH(FinishPlane)(epilogue, bias, residual, n, y);
}

namespace {

uint64_t members(const ConvShape& s) { return s.batch * s.groups; }

// Of all images and groups.
GemmShape gemm_shape(const ConvShape& s) {
  return {s.out_channels / s.groups, volume(s.out), s.in_channels / s.groups * volume(s.kernel), members(s)};
}

ColumnSource columns_of(const ConvShape& s, const float* x, uint64_t member) {
  return {&s, x + member * (s.in_channels / s.groups) * volume(s.in)};
}

}  // namespace

ConvPlan plan_conv(const ConvShape& given, ConvMath math) {
  ConvPlan plan{.shape = given};
  if (depthwise_fits(given)) {
    plan.method = ConvMethod::kDepthwise;
    plan.work = depthwise_work(given);
    return plan;
  }
  if (math == ConvMath::kFast && winograd_pays(given)) {
    const WinogradWork work = winograd_work(given);
    plan.method = ConvMethod::kWinograd;
    plan.prepared_size = work.prepared_size;
    plan.columns_size = work.columns_size;
    plan.columns_work = work.columns;
    plan.work = work.output;
    return plan;
  }
  plan.shape = flattened(given);
  const GemmShape shape = gemm_shape(plan.shape);
  plan.work = core_work(shape);
  if (plan.work.items != 0 && core_cut(shape).rows < shape.m) {
    plan.columns_size = members(given) * packed_b_size(shape.k, shape.n);
    plan.columns_work = core_pack_work(shape);
    plan.columns_work.items *= members(given);
  }
  return plan;
}

void prepare_conv(const ConvPlan& plan, const float* weights, float* prepared) {
  if (plan.method == ConvMethod::kWinograd) winograd_prepare(plan.shape, weights, prepared);
}

void conv_columns(const ConvPlan& plan, const float* x, float* columns, uint64_t begin, uint64_t end,
                  std::byte* scratch) {
  if (plan.method == ConvMethod::kWinograd) return winograd_columns(plan.shape, x, columns, begin, end, scratch);
  const GemmShape shape = gemm_shape(plan.shape);
  const uint64_t items = plan.columns_work.items / std::max<uint64_t>(1, members(plan.shape));
  while (begin < end) {
    const uint64_t member = begin / items, last = std::min(end, (member + 1) * items);
    const ColumnSource source = columns_of(plan.shape, x, member);
    core_pack(shape, HWY_DYNAMIC_DISPATCH(ColumnPanels)(source), columns + member * packed_b_size(shape.k, shape.n),
              begin - member * items, last - member * items);
    begin = last;
  }
}

void conv(const ConvPlan& plan, const float* x, const float* weights, const float* columns, const Epilogue& epilogue,
          float* y, uint64_t begin, uint64_t end, std::byte* scratch) {
  const ConvShape& s = plan.shape;
  if (plan.method == ConvMethod::kDepthwise) return depthwise(s, x, weights, epilogue, y, begin, end, scratch);
  if (plan.method == ConvMethod::kWinograd) return winograd(s, columns, weights, epilogue, y, begin, end, scratch);
  const GemmShape shape = gemm_shape(s);
  const uint64_t items = plan.work.items / std::max<uint64_t>(1, members(s));
  while (begin < end) {
    const uint64_t member = begin / items, group = member % s.groups;
    const uint64_t at = member * shape.m * shape.n;
    Gemm call{.shape = shape,
              .a = {weights + group * shape.m * shape.k, static_cast<int64_t>(shape.k), 1},
              .packed_b = plan.columns_size != 0 ? columns + member * packed_b_size(shape.k, shape.n) : nullptr,
              .c = y + at,
              .c_stride = static_cast<int64_t>(shape.n),
              .epilogue = epilogue};
    if (epilogue.row_bias != nullptr) call.epilogue.row_bias += group * shape.m;
    if (epilogue.residual != nullptr) call.epilogue.residual += at;
    const ColumnSource source = columns_of(s, x, member);
    const uint64_t last = std::min(end, (member + 1) * items);
    core_gemm(call, HWY_DYNAMIC_DISPATCH(ColumnPanels)(source), begin - member * items, last - member * items, scratch);
    begin = last;
  }
}

}  // namespace mortise::neon
#endif
