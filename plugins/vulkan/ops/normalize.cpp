// SPDX-License-Identifier: Apache-2.0
//
// Softmax, and normalizations: of rows by their own mean and variance, and of channels by given ones.
#include <bit>

#include "chained.h"
#include "mortise/provider.h"
#include "mortise/sdk/onnx/axes.h"

namespace mortise::vulkan::ops {
namespace {

Step& add_normalize(Lowering& l, bool around_zero, TensorId y, TensorId x, int64_t rows) {
  const int64_t extent = l.dims(x).num_elements() / rows;
  Step& step = add_rows(l, Shader::normalize, around_zero ? 1 : 0, y, x, static_cast<uint64_t>(rows),
                        static_cast<uint64_t>(extent));
  step.push.push_back(std::bit_cast<uint32_t>(l.node().get_float("epsilon", 1e-5f)));
  return step;
}

}  // namespace

void softmax(Lowering& l) {
  const TensorId x = l.input(0), y = l.output();
  const Shape& dims = l.dims(x);
  const bool flattens = l.node().since_version() < 13;
  const uint32_t axis = l.axis(l.node().get_int("axis", flattens ? 1 : -1), dims.rank());
  const auto split = sdk::split_at(dims, axis, flattens ? dims.rank() : axis + 1);
  Step& step = add_rows(l, Shader::softmax, l.node().op_type() == "LogSoftmax" ? 1 : 0, y, x,
                        static_cast<uint64_t>(split.outer * split.inner), static_cast<uint64_t>(split.extent));
  step.push.push_back(static_cast<uint32_t>(split.inner));
}

void layer_norm(Lowering& l) {
  const bool rms = l.node().op_type() == "RMSNormalization";
  const TensorId x = l.input(0), scale = l.input(1), y = l.output();
  if (l.node().has_output(1) || l.node().has_output(2)) {
    l.refuse(MORTISE_REFUSAL_OTHER, "the outputs of mean and deviation are not supported");
  }
  const uint32_t axis = l.axis(l.node().get_int("axis", -1), l.dims(x).rank());
  const std::optional<TensorId> bias = !rms && l.node().has_input(2) ? std::optional(l.input(2)) : std::nullopt;
  Step& step = add_normalize(l, rms, y, x, l.dims(x).product(0, axis));
  chain(l, step, PointOp::kMul, scale);
  if (bias) chain(l, step, PointOp::kAdd, *bias);
}

void instance_norm(Lowering& l) {
  const TensorId x = l.input(0), y = l.output();
  const Shape dims = l.dims(x);
  if (dims.rank() < 3) l.refuse(MORTISE_REFUSAL_RANK, "the input has no spatial axes");
  const TensorId scale = per_channel(l, l.input(1), dims.rank()), bias = per_channel(l, l.input(2), dims.rank());
  Step& step = add_normalize(l, false, y, x, dims[0] * dims[1]);
  chain(l, step, PointOp::kMul, scale);
  chain(l, step, PointOp::kAdd, bias);
}

void group_norm(Lowering& l) {
  const TensorId x = l.input(0), y = l.output();
  const Shape dims = l.dims(x);
  const int64_t groups = l.node().get_int("num_groups", 0);
  if (l.node().since_version() < 21) l.refuse(MORTISE_REFUSAL_OPSET, "a scale per group is not supported");
  if (dims.rank() < 3 || groups < 1 || dims[1] % groups != 0) {
    l.refuse(MORTISE_REFUSAL_ATTRIBUTE, groups, " groups do not fit ", to_string(dims));
  }
  const TensorId scale = per_channel(l, l.input(1), dims.rank()), bias = per_channel(l, l.input(2), dims.rank());
  Step& step = add_normalize(l, false, y, x, dims[0] * groups);
  chain(l, step, PointOp::kMul, scale);
  chain(l, step, PointOp::kAdd, bias);
}

// A chain alone, which the convolution before it takes in.
void batch_norm(Lowering& l) {
  const sdk::NodeView& node = l.node();
  const bool trains = node.since_version() >= 14 ? node.get_int("training_mode", 0) != 0 : node.has_output(1);
  if (trains || (node.since_version() < 7 && node.get_int("is_test", 0) == 0)) {
    l.refuse(MORTISE_REFUSAL_ATTRIBUTE, "training is not supported");
  }
  if (node.get_int("spatial", 1) == 0) l.refuse(MORTISE_REFUSAL_ATTRIBUTE, "spatial = 0 is not supported");
  const TensorId x = l.input(0), y = l.output();
  const uint32_t rank = l.dims(x).rank();
  std::vector<TensorId> inputs = {x};
  for (uint32_t i = 1; i < 5; ++i) inputs.push_back(per_channel(l, l.input(i), rank));
  ChainStep spread = with_number(PointOp::kMulRsqrt, node.get_float("epsilon", 1e-5f));
  spread.b = 4;
  add_pointwise(l, y, std::move(inputs),
                {with_input(PointOp::kLoad, 0), with_input(PointOp::kSub, 3), spread, with_input(PointOp::kMul, 1),
                 with_input(PointOp::kAdd, 2)});
}

}  // namespace mortise::vulkan::ops
