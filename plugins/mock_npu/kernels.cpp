// SPDX-License-Identifier: Apache-2.0
//
// See kernels.h. Plain loops: this is a model of a chip, and its speed is the model's, not this code's.
#include "kernels.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "mortise/sdk/float16.h"

namespace mortise::mock_npu {
namespace {

template <class T, class To>
std::vector<To> load_as(const Tile& tile) {
  std::vector<T> raw(static_cast<size_t>(tile.type.dims.num_elements()));
  if (!raw.empty()) std::memcpy(raw.data(), tile.bytes.data(), raw.size() * sizeof(T));
  return std::vector<To>(raw.begin(), raw.end());
}

std::vector<int32_t> load_int(const Tile& tile) {
  switch (tile.type.element) {
    case Element::kI8:
      return load_as<int8_t, int32_t>(tile);
    case Element::kU8:
      return load_as<uint8_t, int32_t>(tile);
    default:
      return load_as<int32_t, int32_t>(tile);
  }
}

// To nearest even, plus the zero point, saturated. NaN becomes the zero point.
void store_quantized(std::span<const float> values, int32_t zero, const Tile& tile) {
  const bool is_signed = tile.type.element == Element::kI8;
  const float low = is_signed ? -128.0f : 0.0f, high = is_signed ? 127.0f : 255.0f;
  for (size_t i = 0; i < values.size(); ++i) {
    const float rounded = std::isnan(values[i]) ? 0.0f : std::nearbyint(values[i]);
    tile.bytes[i] =
        static_cast<std::byte>(static_cast<int32_t>(std::clamp(rounded + static_cast<float>(zero), low, high)) & 0xff);
  }
}

// Calls visit(y, x, k) for every product of a convolution: indices of output, input and weight.
template <class Visit>
void for_each_product(const Command& c, const Shape& x, const Shape& w, const Shape& y, Visit visit) {
  const int64_t outputs_per_group = w[0] / c.params[kGroup];
  int64_t out = 0;
  for (int64_t n = 0; n < y[0]; ++n)
    for (int64_t m = 0; m < y[1]; ++m)
      for (int64_t oh = 0; oh < y[2]; ++oh)
        for (int64_t ow = 0; ow < y[3]; ++ow, ++out)
          for (int64_t ch = 0; ch < w[1]; ++ch)
            for (int64_t kh = 0; kh < w[2]; ++kh) {
              const int64_t ih = oh * c.params[kStrideH] + kh - c.params[kPadTop];
              if (ih < 0 || ih >= x[2]) continue;
              for (int64_t kw = 0; kw < w[3]; ++kw) {
                const int64_t iw = ow * c.params[kStrideW] + kw - c.params[kPadLeft];
                if (iw < 0 || iw >= x[3]) continue;
                const int64_t channel = m / outputs_per_group * w[1] + ch;
                visit(out, ((n * x[1] + channel) * x[2] + ih) * x[3] + iw, ((m * w[1] + ch) * w[2] + kh) * w[3] + kw);
              }
            }
}

void conv(const Command& c, std::span<const Tile> in, const Tile& out) {
  const auto x = load_real(in[0]), w = load_real(in[1]);
  const auto bias = in.size() > 2 ? load_real(in[2]) : std::vector<float>();
  std::vector<float> y(static_cast<size_t>(out.type.dims.num_elements()), 0.0f);
  for_each_product(c, in[0].type.dims, in[1].type.dims, out.type.dims,
                   [&](int64_t o, int64_t i, int64_t k) { y[o] += x[i] * w[k]; });
  const size_t plane = static_cast<size_t>(out.type.dims.product(2, 4)),
               channels = static_cast<size_t>(out.type.dims[1]);
  if (!bias.empty()) {
    for (size_t i = 0; i < y.size(); ++i) y[i] += bias[i / plane % channels];
  }
  store_real(y, out);
}

// Accumulators wrap as the chip's 32-bit registers do.
void conv_int8(const Command& c, std::span<const Tile> in, const Tile& out) {
  const auto x = load_int(in[0]), w = load_int(in[1]);
  const auto factors = load_real(in[2]);
  const auto bias = in.size() > 3 ? load_int(in[3]) : std::vector<int32_t>();
  std::vector<uint32_t> sums(static_cast<size_t>(out.type.dims.num_elements()), 0);
  for_each_product(c, in[0].type.dims, in[1].type.dims, out.type.dims, [&](int64_t o, int64_t i, int64_t k) {
    sums[o] += static_cast<uint32_t>((x[i] - c.params[kZeroX]) * (w[k] - c.params[kZeroW]));
  });
  const size_t plane = static_cast<size_t>(out.type.dims.product(2, 4)),
               channels = static_cast<size_t>(out.type.dims[1]);
  std::vector<float> y(sums.size());
  for (size_t i = 0; i < y.size(); ++i) {
    const size_t m = i / plane % channels;
    if (!bias.empty()) sums[i] += static_cast<uint32_t>(bias[m]);
    y[i] = static_cast<float>(static_cast<int32_t>(sums[i])) * factors[factors.size() == 1 ? 0 : m];
  }
  store_quantized(y, c.params[kZeroY], out);
}

void matmul(const Command& c, std::span<const Tile> in, const Tile& out) {
  const auto a = load_real(in[0]), b = load_real(in[1]);
  const auto bias = in.size() > 2 ? load_real(in[2]) : std::vector<float>{0.0f};
  const bool transposed = c.params[kTransposeB] != 0;
  const auto depth = static_cast<size_t>(in[0].type.dims.back()), columns = static_cast<size_t>(out.type.dims.back());
  std::vector<float> y(static_cast<size_t>(out.type.dims.num_elements()), 0.0f);
  for (size_t i = 0; i < y.size(); ++i) {
    const size_t row = i / columns, column = i % columns;
    float sum = 0;
    for (size_t k = 0; k < depth; ++k)
      sum += a[row * depth + k] * b[transposed ? column * depth + k : k * columns + column];
    y[i] = c.scalars[0] * sum + c.scalars[1] * bias[bias.size() == 1 ? 0 : column];
  }
  store_real(y, out);
}

void matmul_int8(const Command& c, std::span<const Tile> in, const Tile& out) {
  const auto a = load_int(in[0]), b = load_int(in[1]);
  const float factor = load_real(in[2])[0];
  const auto depth = static_cast<size_t>(in[0].type.dims.back()), columns = static_cast<size_t>(out.type.dims.back());
  std::vector<float> y(static_cast<size_t>(out.type.dims.num_elements()));
  for (size_t i = 0; i < y.size(); ++i) {
    uint32_t sum = 0;
    for (size_t k = 0; k < depth; ++k) {
      sum += static_cast<uint32_t>((a[i / columns * depth + k] - c.params[kZeroX]) *
                                   (b[k * columns + i % columns] - c.params[kZeroW]));
    }
    y[i] = static_cast<float>(static_cast<int32_t>(sum)) * factor;
  }
  store_quantized(y, c.params[kZeroY], out);
}

// Where element `index` of a tensor of shape y lies in one of shape x that is broadcast to y.
size_t broadcast_index(const Shape& x, const Shape& y, int64_t index) {
  int64_t position = 0, stride = 1;
  for (uint32_t i = 0; i < x.rank(); ++i) {
    const int64_t extent = x[x.rank() - 1 - i], along = index % y[y.rank() - 1 - i];
    index /= y[y.rank() - 1 - i];
    if (extent != 1) position += along * stride;
    stride *= extent;
  }
  return static_cast<size_t>(position);
}

template <class Function>
void binary(std::span<const Tile> in, const Tile& out, Function function) {
  const auto a = load_real(in[0]), b = load_real(in[1]);
  std::vector<float> y(static_cast<size_t>(out.type.dims.num_elements()));
  for (size_t i = 0; i < y.size(); ++i) {
    const auto index = static_cast<int64_t>(i);
    y[i] = function(a[broadcast_index(in[0].type.dims, out.type.dims, index)],
                    b[broadcast_index(in[1].type.dims, out.type.dims, index)]);
  }
  store_real(y, out);
}

template <class Function>
void unary(std::span<const Tile> in, const Tile& out, Function function) {
  auto y = load_real(in[0]);
  std::transform(y.begin(), y.end(), y.begin(), function);
  store_real(y, out);
}

void pool(const Command& c, std::span<const Tile> in, const Tile& out) {
  const bool max = c.opcode == Opcode::kMaxPool;
  const auto x = load_real(in[0]);
  const Shape &xd = in[0].type.dims, &yd = out.type.dims;
  std::vector<float> y(static_cast<size_t>(yd.num_elements()));
  size_t o = 0;
  for (int64_t plane = 0; plane < yd[0] * yd[1]; ++plane)
    for (int64_t oh = 0; oh < yd[2]; ++oh)
      for (int64_t ow = 0; ow < yd[3]; ++ow, ++o) {
        float value = max ? -std::numeric_limits<float>::infinity() : 0.0f;
        int64_t count = 0;
        const int64_t top = oh * c.params[kStrideH] - c.params[kPadTop],
                      left = ow * c.params[kStrideW] - c.params[kPadLeft];
        for (int64_t h = std::max<int64_t>(top, 0); h < std::min<int64_t>(top + c.params[kKernelH], xd[2]); ++h)
          for (int64_t w = std::max<int64_t>(left, 0); w < std::min<int64_t>(left + c.params[kKernelW], xd[3]);
               ++w, ++count) {
            const float element = x[static_cast<size_t>((plane * xd[2] + h) * xd[3] + w)];
            if (!max)
              value += element;
            else if (element > value || std::isnan(element))
              value = element;
          }
        if (c.params[kCountPadding] != 0) count = int64_t{c.params[kKernelH]} * c.params[kKernelW];
        y[o] = max ? value : value / static_cast<float>(count);
      }
  store_real(y, out);
}

void concatenate(const Command& c, std::span<const Tile> in, const Tile& out) {
  const auto axis = static_cast<uint32_t>(c.params[0]);
  const uint64_t size = size_of(out.type.element);
  const auto outer = static_cast<uint64_t>(out.type.dims.product(0, axis));
  std::byte* target = out.bytes.data();
  for (uint64_t i = 0; i < outer; ++i) {
    for (const Tile& part : in) {
      const uint64_t run = static_cast<uint64_t>(part.type.dims.product(axis, part.type.dims.rank())) * size;
      std::memcpy(target, part.bytes.data() + i * run, run);
      target += run;
    }
  }
}

}  // namespace

std::vector<float> load_real(const Tile& tile) {
  return tile.type.element == Element::kF16 ? load_as<Half, float>(tile) : load_as<float, float>(tile);
}

void store_real(std::span<const float> values, const Tile& tile) {
  if (values.empty()) return;
  if (tile.type.element == Element::kF32) {
    std::memcpy(tile.bytes.data(), values.data(), values.size_bytes());
    return;
  }
  const std::vector<Half> rounded(values.begin(), values.end());
  std::memcpy(tile.bytes.data(), rounded.data(), rounded.size() * sizeof(Half));
}

void execute(const Command& c, std::span<const Tile> in, const Tile& out) {
  switch (c.opcode) {
    case Opcode::kDmaIn:
    case Opcode::kDmaOut:
      return;
    case Opcode::kConv:
      return conv(c, in, out);
    case Opcode::kMatMul:
      return matmul(c, in, out);
    case Opcode::kAdd:
      return binary(in, out, [](float a, float b) { return a + b; });
    case Opcode::kSub:
      return binary(in, out, [](float a, float b) { return a - b; });
    case Opcode::kMul:
      return binary(in, out, [](float a, float b) { return a * b; });
    case Opcode::kClip:
      // min(max(x, low), high), as ONNX defines it: high wins where the bounds cross, and NaN stays NaN.
      return unary(in, out,
                   [&](float x) { return std::isnan(x) ? x : std::min(std::max(x, c.scalars[0]), c.scalars[1]); });
    case Opcode::kSigmoid:
      return unary(in, out, [](float x) { return 1.0f / (1.0f + std::exp(-x)); });
    case Opcode::kHardSwish:
      return unary(in, out, [](float x) { return x * std::max(0.0f, std::min(1.0f, x / 6.0f + 0.5f)); });
    case Opcode::kMaxPool:
    case Opcode::kAveragePool:
      return pool(c, in, out);
    case Opcode::kCopy:
      std::memcpy(out.bytes.data(), in[0].bytes.data(), out.type.bytes());
      return;
    case Opcode::kConcat:
      return concatenate(c, in, out);
    case Opcode::kQuantize: {
      auto y = load_real(in[0]);
      for (float& value : y) value /= c.scalars[0];
      return store_quantized(y, c.params[0], out);
    }
    case Opcode::kDequantize: {
      const auto x = load_int(in[0]);
      std::vector<float> y(x.size());
      for (size_t i = 0; i < y.size(); ++i) y[i] = static_cast<float>(x[i] - c.params[0]) * c.scalars[0];
      return store_real(y, out);
    }
    case Opcode::kConvInt8:
      return conv_int8(c, in, out);
    case Opcode::kMatMulInt8:
      return matmul_int8(c, in, out);
  }
}

}  // namespace mortise::mock_npu
