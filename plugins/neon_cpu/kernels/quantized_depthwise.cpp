// SPDX-License-Identifier: Apache-2.0
//
// See quantized_core.h: convolutions of 8-bit integers with one channel per group, in float32.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "plugins/neon_cpu/kernels/quantized_depthwise.cpp"
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
void QuantizedDepthwise(const ConvShape& s, const QuantizedConv& call, const ConvShape& one, uint64_t begin,
                        uint64_t end, std::byte* scratch) {
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

ConvShape one_plane(ConvShape s) {
  s.batch = s.in_channels = s.out_channels = s.groups = 1;
  return s;
}

}  // namespace

// With up to 256 kernel positions a sum of products of 9 bits with sign is below 2^24.
bool quantized_depthwise_fits(const ConvShape& s) { return depthwise_fits(s) && volume(s.kernel) <= 256; }

Work quantized_depthwise_work(const ConvShape& s) {
  const Work plane = depthwise_work(one_plane(s));
  const uint64_t floats = volume(s.in) + volume(s.out) + volume(s.kernel) + 32;
  return {.items = s.batch * s.out_channels,
          .ns_per_item = plane.ns_per_item * static_cast<double>(plane.items) + static_cast<double>(floats) / 8,
          .scratch_bytes = floats * sizeof(float) + plane.scratch_bytes};
}

void quantized_depthwise(const ConvShape& s, const QuantizedConv& call, uint64_t begin, uint64_t end,
                         std::byte* scratch) {
  HWY_DYNAMIC_DISPATCH(QuantizedDepthwise)(s, call, one_plane(s), begin, end, scratch);
}

}  // namespace mortise::neon
#endif
