// SPDX-License-Identifier: Apache-2.0
//
// See quantized.h: convolutions of 8-bit integers, as products with columns that are gathered, depthwise ones in float32.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "plugins/neon_cpu/kernels/quantized_conv.cpp"
#include "hwy/foreach_target.h"
// foreach_target.h comes before these.
#include "hwy/highway.h"
#include "plugins/neon_cpu/kernels/conv_parts.h"
#include "plugins/neon_cpu/kernels/quantized_core.h"
#include "plugins/neon_cpu/kernels/quantized_output-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mortise::neon::HWY_NAMESPACE {

// values[i] = x[i] - zero
HWY_INLINE void Widen(const uint8_t* x, bool is_signed, int32_t zero, uint64_t n, float* values) {
  if (is_signed) {
    for (uint64_t i = 0; i < n; ++i) values[i] = static_cast<float>(static_cast<int8_t>(x[i]) - zero);
  } else {
    for (uint64_t i = 0; i < n; ++i) values[i] = static_cast<float>(x[i] - zero);
  }
}

// Item: an output plane. The sums are made in float32, where they are exact, since they stay below 2^24.
void QuantizedDepthwise(const QuantizedConv& call, const ConvShape& one, uint64_t begin, uint64_t end,
                        std::byte* scratch) {
  const ConvShape& s = call.shape;
  const uint64_t in = volume(s.in), out = volume(s.out), taps = volume(s.kernel), items = depthwise_work(one).items;
  float* const x = reinterpret_cast<float*>(scratch);
  float* const sums = x + in;
  float* const weights = sums + out;
  auto* const rest = reinterpret_cast<std::byte*>(weights + (taps + 15) / 16 * 16 + (16 - (in + out) % 16) % 16);
  QuantizedOutput output = call.output;
  output.c_stride = static_cast<int64_t>(out);
  for (uint64_t plane = begin; plane < end; ++plane) {
    const uint64_t image = plane / s.out_channels, channel = plane % s.out_channels;
    const uint64_t in_plane = image * s.in_channels + channel / (s.out_channels / s.groups);
    const int32_t w_zero = call.w_zero.values != nullptr ? call.w_zero.values[channel] : call.w_zero.value;
    Widen(static_cast<const uint8_t*>(call.x) + in_plane * in, call.x_signed, call.x_zero, in, x);
    Widen(static_cast<const uint8_t*>(call.w) + channel * taps, call.w_signed, w_zero, taps, weights);
    depthwise(one, x, weights, {}, sums, 0, items, rest);
    if (call.output.y != nullptr) output.y = static_cast<uint8_t*>(call.output.y) + image * s.out_channels * out;
    if (call.output.sums != nullptr) output.sums = call.output.sums + image * s.out_channels * out;
    for (uint64_t i = 0; i < out; i += kLanes) {
      StoreResult(output, hn::NearestInt(LoadFirst(sums + i, out - i)), channel, i, out - i);
    }
  }
}

}  // namespace mortise::neon::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mortise::neon {

HWY_EXPORT(QuantizedDepthwise);

namespace {

// Of one image and group; the signs do not matter to the work.
QuantizedGemmShape gemm_shape(const ConvShape& s) {
  return {.m = s.out_channels / s.groups, .n = volume(s.out), .k = s.in_channels / s.groups * volume(s.kernel)};
}

// With up to 256 kernel positions a sum of products of 9 bits with sign is below 2^24.
bool is_depthwise(const ConvShape& s) { return depthwise_fits(s) && volume(s.kernel) <= 256; }

ConvShape one_plane(ConvShape s) {
  s.batch = s.in_channels = s.out_channels = s.groups = 1;
  return s;
}

template <class T>
void advance(T*& pointer, uint64_t by) {
  if (pointer != nullptr) pointer += by;
}

}  // namespace

Work quantized_conv_work(const ConvShape& shape) {
  if (is_depthwise(shape)) {
    const Work plane = depthwise_work(one_plane(shape));
    const uint64_t floats = volume(shape.in) + volume(shape.out) + volume(shape.kernel) + 32;
    return {.items = shape.batch * shape.out_channels,
            .ns_per_item = plane.ns_per_item * static_cast<double>(plane.items) + static_cast<double>(floats) / 8,
            .scratch_bytes = floats * sizeof(float) + plane.scratch_bytes};
  }
  Work work = core_quantized_work(gemm_shape(shape));
  work.items *= shape.batch * shape.groups;
  return work;
}

void quantized_conv(const QuantizedConv& call, uint64_t begin, uint64_t end, std::byte* scratch) {
  const ConvShape& s = call.shape;
  if (is_depthwise(s)) return HWY_DYNAMIC_DISPATCH(QuantizedDepthwise)(call, one_plane(s), begin, end, scratch);
  QuantizedGemmShape shape = gemm_shape(s);
  shape.a_signed = call.w_signed;
  shape.b_signed = call.x_signed;
  const uint64_t items = core_quantized_work(shape).items;
  while (begin < end) {
    const uint64_t member = begin / items, group = member % s.groups, first_row = group * shape.m;
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
    const ByteRows rows{.b = static_cast<const uint8_t*>(call.x) + member * (s.in_channels / s.groups) * volume(s.in),
                        .columns_of = &s,
                        .padding = static_cast<uint8_t>(call.x_zero)};
    const uint64_t last = std::min(end, (member + 1) * items);
    core_quantized(product, rows, begin - member * items, last - member * items, scratch);
    begin = last;
  }
}

}  // namespace mortise::neon
#endif
