// SPDX-License-Identifier: Apache-2.0
//
// See quantized.h: convolutions of 8-bit integers as products of weights and columns, depthwise ones by themselves.
//
// A group of channels is one element of the image and of a row of weights, so that columns are gathered as those of
// float32 are, in 32 bits, and need no interleaving. Weights count k as (group of channels, kernel position, channel of
// the group); channels that fill up the last group are 0 in the weights and the zero point in the image.
#include <algorithm>

#include "plugins/neon_cpu/kernels/conv_parts.h"
#include "plugins/neon_cpu/kernels/quantized_core.h"

namespace mortise::neon {
namespace {

uint64_t channel_groups(uint64_t channels) { return ceil_div(channels, core_group_size()); }

uint64_t row_bytes(uint64_t in_channels, uint64_t taps) {
  return channel_groups(in_channels) * core_group_size() * taps;
}

// Of one image and group; the signs do not matter to the work.
QuantizedGemmShape gemm_shape(const ConvShape& s) {
  return {
      .m = s.out_channels / s.groups, .n = volume(s.out), .k = row_bytes(s.in_channels / s.groups, volume(s.kernel))};
}

QuantizedGemmShape gemm_shape(const ConvShape& s, const QuantizedConv& call) {
  QuantizedGemmShape shape = gemm_shape(s);
  shape.a_signed = call.w_signed;
  shape.b_signed = call.x_signed;
  return shape;
}

template <class T>
void advance(T*& pointer, uint64_t by) {
  if (pointer != nullptr) pointer += by;
}

}  // namespace

uint64_t quantized_weights_size(uint64_t out_channels, uint64_t in_channels, uint64_t taps) {
  return out_channels * row_bytes(in_channels, taps);
}

void quantized_pack_weights(uint64_t out_channels, uint64_t in_channels, uint64_t taps, const void* w, void* packed) {
  const auto* from = static_cast<const uint8_t*>(w);
  auto* to = static_cast<uint8_t*>(packed);
  const uint64_t row = row_bytes(in_channels, taps), group = core_group_size();
  for (uint64_t o = 0; o < out_channels; ++o, to += row) {
    std::fill(to, to + row, uint8_t{0});
    for (uint64_t c = 0; c < in_channels; ++c, from += taps) {
      uint8_t* const first = to + c / group * group * taps + c % group;
      for (uint64_t t = 0; t < taps; ++t) first[t * group] = from[t];
    }
  }
}

QuantizedConvPlan plan_quantized_conv(const ConvShape& given) {
  QuantizedConvPlan plan{.shape = given};
  if (quantized_depthwise_fits(given)) {
    plan.depthwise = true;
    plan.work = quantized_depthwise_work(given);
    return plan;
  }
  plan.shape = flattened(given);
  const ConvShape& s = plan.shape;
  plan.work = core_quantized_work(gemm_shape(s));
  plan.work.items *= s.batch * s.groups;
  plan.image_work = {.items = s.batch * s.groups * channel_groups(s.in_channels / s.groups),
                     .ns_per_item = 20 + 0.4 * static_cast<double>(volume(s.in))};
  plan.image_bytes = plan.image_work.items * volume(s.in) * sizeof(float);
  return plan;
}

void quantized_conv_image(const QuantizedConvPlan& plan, const QuantizedConv& call, void* image, uint64_t begin,
                          uint64_t end) {
  const ConvShape& s = plan.shape;
  const QuantizedGemmShape shape = gemm_shape(s, call);
  const uint64_t channels = s.in_channels / s.groups, groups = channel_groups(channels), pixels = volume(s.in);
  for (; begin < end; ++begin) {
    const uint64_t first = begin % groups * core_group_size();
    const auto* const x = static_cast<const uint8_t*>(call.x) + (begin / groups * channels + first) * pixels;
    core_group_channels(shape, x, std::min(core_group_size(), channels - first), pixels, call.x_zero,
                        static_cast<float*>(image) + begin * pixels);
  }
}

void quantized_conv(const QuantizedConvPlan& plan, const QuantizedConv& call, const void* image, uint64_t begin,
                    uint64_t end, std::byte* scratch) {
  const ConvShape& s = plan.shape;
  if (plan.depthwise) return quantized_depthwise(s, call, begin, end, scratch);
  const QuantizedGemmShape shape = gemm_shape(s, call);
  const uint64_t items = core_quantized_work(shape).items;
  const uint64_t member_pixels = channel_groups(s.in_channels / s.groups) * volume(s.in);
  while (begin < end) {
    const uint64_t member = begin / items, first_row = member % s.groups * shape.m;
    QuantizedGemm product{.shape = shape,
                          .a = static_cast<const uint8_t*>(call.w) + first_row * shape.k,
                          .a_stride = static_cast<int64_t>(shape.k),
                          .a_zero = call.w_zero,
                          .b_zero = {.value = call.x_zero},
                          .output = call.output};
    advance(product.a_zero.values, first_row);
    QuantizedOutput& output = product.output;
    output.c_stride = static_cast<int64_t>(shape.n);
    advance(output.row_bias, first_row);
    advance(output.row_multipliers, first_row);
    if (output.y != nullptr) output.y = static_cast<uint8_t*>(output.y) + member * shape.m * shape.n;
    advance(output.sums, member * shape.m * shape.n);
    const GroupedImage grouped{.shape = &s,
                               .pixels = static_cast<const float*>(image) + member * member_pixels,
                               .padding = core_group_of(shape, call.x_zero)};
    const uint64_t last = std::min(end, (member + 1) * items);
    core_quantized(product, &grouped, begin - member * items, last - member * items, scratch);
    begin = last;
  }
}

}  // namespace mortise::neon
