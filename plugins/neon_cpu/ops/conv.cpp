// SPDX-License-Identifier: Apache-2.0
//
// See conv.h.
#include "conv.h"

#include <algorithm>

#include "../registry.h"
#include "mortise/sdk/memory_plan.h"

namespace mortise::neon {

Status ConvOp::infer(std::span<const Shape> in, std::span<Shape> out) const {
  const Shape w = weights_shape(in);
  MORTISE_ASSIGN(const sdk::Window window, conv_window(options_.window, in[0], w, options_.groups));
  out[0] = {in[0][0], w[0]};
  for (const int64_t extent : window.output) out[0].push_back(extent);
  if (options_.bias && in[*options_.bias] != Shape{w[0]}) {
    return invalid_argument("a bias ", to_string(in[*options_.bias]), " for ", w[0], " channels");
  }
  return check_residual(in, out[0]);
}

uint64_t ConvOp::bias_size(const Shape& shape) const {
  // One per channel of [N, C, spatial...], which the shape lines up with from behind; see lower_conv for its own bias.
  if (!options_.weights || options_.bias) return 0;
  const Shape w(options_.weights->dims());
  const uint32_t spatial = w.rank() - 2;
  const bool fits = shape.num_elements() == 1 || (shape.rank() > spatial && shape[shape.rank() - 1 - spatial] == w[0] &&
                                                  shape.num_elements() == w[0]);
  return fits ? static_cast<uint64_t>(w[0]) : 0;
}

bool ConvOp::scale_channels(std::span<const float> factors, std::span<const float> shifts) {
  if (!options_.weights || options_.bias) return false;
  const Shape w(options_.weights->dims());
  const auto channels = static_cast<uint64_t>(w[0]);
  if (factors.size() != channels || shifts.size() != channels || epilogue_.scale != 1 || residual_ != kNone ||
      epilogue_.activation != Activation::kNone) {
    return false;
  }
  const uint64_t taps = static_cast<uint64_t>(w.product(1, w.rank()));
  const float* from = weights();
  std::vector<float> scaled(channels * taps);
  bias_.resize(channels, 0);
  for (uint64_t c = 0; c < channels; ++c) {
    for (uint64_t i = 0; i < taps; ++i) scaled[c * taps + i] = from[c * taps + i] * factors[c];
    bias_[c] = bias_[c] * factors[c] + shifts[c];
  }
  scaled_weights_ = std::move(scaled);
  return true;
}

Status ConvOp::prepare(const sdk::Host& host) {
  host_ = &host;
  return {};
}

// The method is chosen by the shape of the run, so the weights are packed when a plan first wants them. Plans are few.
Result<const float*> ConvOp::prepared_for(const ConvPlan& plan) const {
  if (plan.prepared_size == 0) return weights();
  const std::lock_guard lock(mutex_);
  Tensor& packed = prepared_[plan.method];
  if (packed.raw() == nullptr) {
    MORTISE_ASSIGN(packed, host_->allocate(DType::kF32, {static_cast<int64_t>(plan.prepared_size)}));
    prepare_conv(plan, weights(), packed.data<float>());
  }
  return static_cast<const float*>(packed.data<float>());
}

void ConvOp::plan(std::span<const Shape> in, std::span<const Shape>, Call& call) const {
  const Shape w = weights_shape(in);
  const sdk::Window window = conv_window(options_.window, in[0], w, options_.groups).value();
  const ConvPlan plan =
      plan_conv(conv_shape(window, in[0], static_cast<uint64_t>(w[0]), static_cast<uint64_t>(options_.groups)),
                options_.weights ? options_.math : ConvMath::kExact);
  const float* constant = nullptr;
  if (options_.weights && host_ != nullptr) {
    const auto prepared = prepared_for(plan);
    call.status = prepared.status();
    if (!prepared.ok()) return;
    constant = *prepared;
  }
  call.temporary_bytes = plan.columns_size * sizeof(float);
  if (plan.columns_size != 0) {
    call.split(plan.columns_work, [plan](const Operands& o, uint64_t begin, uint64_t end) {
      conv_columns(plan, o.in<float>(0), reinterpret_cast<float*>(o.temporary), begin, end, o.scratch);
    });
  }
  call.split(plan.work, [this, plan, constant](const Operands& o, uint64_t begin, uint64_t end) {
    Epilogue now = epilogue(o);
    now.row_bias = options_.bias ? o.in<float>(*options_.bias) : bias();
    conv(plan, o.in<float>(0), constant != nullptr ? constant : o.in<float>(1),
         reinterpret_cast<const float*>(o.temporary), now, o.out<float>(), begin, end, o.scratch);
  });
}

Lowered lower_conv(NodeReader& node) {
  ConvOp::Options options{.window = window_attributes(node),
                          .groups = node.get_int("group", 1),
                          .math = node.options().exact_conv ? ConvMath::kExact : ConvMath::kFast,
                          .weights = {},
                          .bias = {}};
  check_image(node);
  node.operand(0);
  if (node.is_constant(1)) {
    options.weights = node.constant_f32(1);
    if (options.weights->dims().size() < 3) node.refuse(MORTISE_REFUSAL_RANK, "the weights have rank below 3");
  } else {
    node.operand(1);
  }
  std::optional<sdk::TensorView> bias;
  if (node.has_input(2)) {
    if (options.weights && node.is_constant(2)) {
      bias = node.constant_f32(2);
    } else {
      options.bias = options.weights ? 1 : 2;
      node.operand(2);
    }
  }
  auto op = std::make_unique<ConvOp>(options);
  if (bias) {
    // [M] along the channels.
    Shape shape(bias->dims());
    const size_t spatial = options.weights->dims().size() - 2;
    if (shape.rank() != 1 || shape[0] != options.weights->dims()[0]) {
      node.refuse(MORTISE_REFUSAL_SHAPE, "a bias ", to_string(shape), " for ", options.weights->dims()[0], " channels");
    }
    for (size_t i = 0; i < spatial; ++i) shape.push_back(1);
    op->add_bias(bias->data<float>().data(), shape);
  }
  node.result();
  return node.wrap(std::move(op));
}

}  // namespace mortise::neon
