// SPDX-License-Identifier: Apache-2.0
//
// QLinearConv and QLinearMatMul. Scales and zero points may come in the run: the first phase makes of them a multiplier
// and a zero point for every output channel (column), in the temporary.
#include <optional>

#include "../broadcast.h"
#include "../registry.h"
#include "image.h"
#include "mortise/sdk/memory_plan.h"
#include "mortise/sdk/tensor_view.h"
#include "quantized.h"

namespace mortise::neon {
namespace {

// Inputs of both operators, in the standard's order; a bias of the convolution is the last.
enum Operand : size_t { kA, kAScale, kAZero, kB, kBScale, kBZero, kYScale, kYZero, kConvBias };

struct Signs {
  bool a, b, y;
};

// The parameters of B are one number or one for each of `channels`, all others one number.
Status check_parameters(std::span<const Shape> in, int64_t channels) {
  for (const size_t i : {kAScale, kAZero, kYScale, kYZero}) {
    if (in[i].num_elements() != 1) return invalid_argument("input ", i, " ", to_string(in[i]), " is not one number");
  }
  for (const size_t i : {kBScale, kBZero}) {
    const int64_t count = in[i].num_elements();
    if (count != 1 && count != channels)
      return invalid_argument("input ", i, " ", to_string(in[i]), " for ", channels, " channels");
  }
  return {};
}

// [channels] multipliers, then as many zero points.
void add_parameters(Call& call, std::span<const Shape> in, uint64_t channels, bool b_signed) {
  call.temporary_bytes = 2 * channels * sizeof(float);
  const bool one_scale = in[kBScale].num_elements() == 1, one_zero = in[kBZero].num_elements() == 1;
  call.split(1, 3 * static_cast<double>(channels), [=](const Operands& o, uint64_t, uint64_t) {
    auto* multipliers = reinterpret_cast<float*>(o.temporary);
    auto* zeros = reinterpret_cast<int32_t*>(o.temporary) + channels;
    const float ratio = o.in<float>(kAScale)[0] / o.in<float>(kYScale)[0];
    for (uint64_t c = 0; c < channels; ++c) {
      multipliers[c] = ratio * o.in<float>(kBScale)[one_scale ? 0 : c];
      zeros[c] = byte_at(o, kBZero, one_zero ? 0 : c, b_signed);
    }
  });
}
const float* multipliers(const Operands& o) { return reinterpret_cast<const float*>(o.temporary); }
const int32_t* b_zeros(const Operands& o, uint64_t channels) { return zero_points(o) + channels; }

QuantizedOutput output(const Operands& o, const Signs& signs) {
  QuantizedOutput made;
  made.y = o.outputs[0];
  made.is_signed = signs.y;
  made.zero_point = byte_at(o, kYZero, 0, signs.y);
  return made;
}

class QLinearConv final : public Op {
 public:
  QLinearConv(sdk::WindowAttributes window, int64_t groups, const Signs& signs, std::optional<sdk::TensorView> weights)
      : attributes_(std::move(window)), groups_(groups), signs_(signs), weights_(weights) {}

  Status infer(std::span<const Shape> in, std::span<Shape> out) const override {
    MORTISE_ASSIGN(const sdk::Window window, conv_window(attributes_, in[kA], in[kB], groups_));
    MORTISE_TRY(check_parameters(in, in[kB][0]));
    if (in.size() > kConvBias && in[kConvBias] != Shape{in[kB][0]}) {
      return invalid_argument("a bias ", to_string(in[kConvBias]), " for ", in[kB][0], " channels");
    }
    out[0] = {in[kA][0], in[kB][0]};
    for (const int64_t extent : window.output) out[0].push_back(extent);
    return {};
  }

  void plan(std::span<const Shape> in, std::span<const Shape>, Call& call) const override {
    const sdk::Window window = conv_window(attributes_, in[kA], in[kB], groups_).value();
    const auto channels = static_cast<uint64_t>(in[kB][0]);
    const QuantizedConvPlan plan =
        plan_quantized_conv(conv_shape(window, in[kA], channels, static_cast<uint64_t>(groups_)));
    const bool biased = in.size() > kConvBias;
    add_parameters(call, in, channels, signs_.b);
    const bool pack_in_run = !plan.depthwise && packed_.raw() == nullptr;
    const uint64_t weights_at = sdk::align_up(call.temporary_bytes);
    const uint64_t image_at = weights_at + (pack_in_run ? sdk::align_up(packed_size(in[kB])) : 0);
    call.temporary_bytes = image_at + plan.image_bytes;
    if (pack_in_run) {
      call.split(1, static_cast<double>(in[kB].num_elements()),
                 [w = in[kB], weights_at](const Operands& o, uint64_t, uint64_t) {
                   pack(w, o.inputs[kB], o.temporary + weights_at);
                 });
    }
    const auto made = [=, this](const Operands& o) {
      QuantizedConv now{.x = o.inputs[kA],
                        .x_signed = signs_.a,
                        .x_zero = byte_at(o, kAZero, 0, signs_.a),
                        .w = plan.depthwise ? o.inputs[kB]
                             : pack_in_run  ? o.temporary + weights_at
                                            : static_cast<const std::byte*>(packed_.raw()),
                        .w_signed = signs_.b,
                        .w_zero = {.values = b_zeros(o, channels)},
                        .output = output(o, signs_)};
      now.output.row_multipliers = multipliers(o);
      if (biased) now.output.row_bias = o.in<int32_t>(kConvBias);
      return now;
    };
    call.split(plan.image_work, [=](const Operands& o, uint64_t begin, uint64_t end) {
      quantized_conv_image(plan, made(o), o.temporary + image_at, begin, end);
    });
    call.split(plan.work, [=](const Operands& o, uint64_t begin, uint64_t end) {
      quantized_conv(plan, made(o), o.temporary + image_at, begin, end, o.scratch);
    });
  }

  Status prepare(const sdk::Host& host) override {
    if (!weights_) return {};
    const Shape w(weights_->dims());
    if (packed_size(w) == 0) return {};
    MORTISE_ASSIGN(packed_, host.allocate(DType::kU8, {static_cast<int64_t>(packed_size(w))}));
    pack(w, weights_->raw().data, packed_.raw());
    return {};
  }

 private:
  static uint64_t taps(const Shape& w) { return static_cast<uint64_t>(w.product(2, w.rank())); }
  static uint64_t packed_size(const Shape& w) {
    return quantized_weights_size(static_cast<uint64_t>(w[0]), static_cast<uint64_t>(w[1]), taps(w));
  }
  static void pack(const Shape& w, const void* weights, void* packed) {
    quantized_pack_weights(static_cast<uint64_t>(w[0]), static_cast<uint64_t>(w[1]), taps(w), weights, packed);
  }

  const sdk::WindowAttributes attributes_;
  const int64_t groups_;
  const Signs signs_;
  const std::optional<sdk::TensorView> weights_;  // if they are constant
  Tensor packed_;
};

class QLinearMatMul final : public Op {
 public:
  explicit QLinearMatMul(const Signs& signs) : signs_(signs) {}

  Status infer(std::span<const Shape> in, std::span<Shape> out) const override {
    const Shape &a = in[kA], &b = in[kB];
    if (a.rank() < 2 || b.rank() < 2 || a.back() != b[b.rank() - 2]) {
      return invalid_argument("matrices ", to_string(a), " and ", to_string(b), " do not fit");
    }
    MORTISE_TRY(check_parameters(in, b.back()));
    const Shape batches[] = {Shape(std::span(a.data(), a.rank() - 2)), Shape(std::span(b.data(), b.rank() - 2))};
    MORTISE_ASSIGN(out[0], broadcast(batches));
    out[0].push_back(a[a.rank() - 2]);
    out[0].push_back(b.back());
    return {};
  }

  void plan(std::span<const Shape> in, std::span<const Shape> out, Call& call) const override {
    const Shape &a = in[kA], &b = in[kB], &y = out[0];
    const QuantizedGemmShape shape{.m = static_cast<uint64_t>(a[a.rank() - 2]),
                                   .n = static_cast<uint64_t>(b.back()),
                                   .k = static_cast<uint64_t>(a.back()),
                                   .a_signed = signs_.a,
                                   .b_signed = signs_.b};
    add_parameters(call, in, shape.n, signs_.b);
    const Shape batch(std::span(y.data(), y.rank() - 2));
    const Shape a_strides = broadcast_strides(Shape(std::span(a.data(), a.rank() - 2)), batch);
    const Shape b_strides = broadcast_strides(Shape(std::span(b.data(), b.rank() - 2)), batch);
    Work work = quantized_gemm_work(shape);
    const uint64_t items = work.items;
    work.items *= static_cast<uint64_t>(batch.num_elements());
    call.split(work, [=, signs = signs_](const Operands& o, uint64_t begin, uint64_t end) {
      for (uint64_t member = begin / items; begin < end; ++member) {
        const uint64_t first = member * items, last = std::min(end, first + items);
        const auto at_a = static_cast<uint64_t>(broadcast_offset(member, batch, a_strides));
        const auto at_b = static_cast<uint64_t>(broadcast_offset(member, batch, b_strides));
        QuantizedGemm now{.shape = shape,
                          .a = o.inputs[kA] + at_a * shape.m * shape.k,
                          .a_stride = static_cast<int64_t>(shape.k),
                          .a_zero = {.value = byte_at(o, kAZero, 0, signs.a)},
                          .b = o.inputs[kB] + at_b * shape.k * shape.n,
                          .b_row_stride = static_cast<int64_t>(shape.n),
                          .b_column_stride = 1,
                          .b_zero = {.values = b_zeros(o, shape.n)},
                          .output = output(o, signs)};
        now.output.y = o.outputs[0] + member * shape.m * shape.n;
        now.output.c_stride = static_cast<int64_t>(shape.n);
        now.output.column_multipliers = multipliers(o);
        quantized_gemm(now, begin - first, last - first, o.scratch);
        begin = last;
      }
    });
  }

 private:
  const Signs signs_;
};

Signs read_signs(NodeReader& node) {
  const DTypes bytes = {DType::kU8, DType::kI8};
  Signs signs{};
  signs.a = node.operand(kA, bytes) == DType::kI8;
  node.operand(kAScale);
  node.operand(kAZero, {node.input_value(kA).dtype()});
  signs.b = node.operand(kB, bytes) == DType::kI8;
  node.operand(kBScale);
  node.operand(kBZero, {node.input_value(kB).dtype()});
  node.operand(kYScale);
  signs.y = node.operand(kYZero, bytes) == DType::kI8;
  node.result(0, {node.input_value(kYZero).dtype()});
  return signs;
}

}  // namespace

Lowered lower_qlinear_conv(NodeReader& node) {
  check_image(node);
  sdk::WindowAttributes window = window_attributes(node);
  const Signs signs = read_signs(node);
  if (node.has_input(kConvBias)) node.operand(kConvBias, {DType::kI32});
  std::optional<sdk::TensorView> weights;
  if (node.is_constant(kB)) weights = node.constant(kB);
  if (weights && weights->dims().size() < 3) {
    node.refuse(MORTISE_REFUSAL_RANK, "the weights have rank ", weights->dims().size(),
                "; a convolution's have 3 or more");
  }
  return node.make<QLinearConv>(std::move(window), node.get_int("group", 1), signs, weights);
}

Lowered lower_qlinear_matmul(NodeReader& node) {
  const Signs signs = read_signs(node);
  return node.make<QLinearMatMul>(signs);
}

}  // namespace mortise::neon
