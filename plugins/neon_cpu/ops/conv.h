// SPDX-License-Identifier: Apache-2.0
//
// ConvOp: convolutions of float32 images over one to three spatial axes, any groups.
#pragma once

#include <map>
#include <mutex>

#include "epilogue_op.h"
#include "image.h"

namespace mortise::neon {

class ConvOp final : public EpilogueOp {
 public:
  struct Options {
    sdk::WindowAttributes window;
    int64_t groups = 1;
    ConvMath math = ConvMath::kFast;
    std::optional<sdk::TensorView> weights;  // constant: prepared once, and no operand of the run
    std::optional<uint32_t> bias;            // operand of the run; a constant bias is added with add_bias()
  };
  explicit ConvOp(const Options& options) : options_(options) {}

  Status infer(std::span<const Shape> in, std::span<Shape> out) const override;
  void plan(std::span<const Shape> in, std::span<const Shape> out, Call& call) const override;
  Status prepare(const sdk::Host& host) override;

  // y -> y * factor[c] + shift[c] per output channel, folded into constant weights and bias; false if they are not
  // constant, or something comes between.
  bool scale_channels(std::span<const float> factors, std::span<const float> shifts);

 private:
  uint64_t bias_size(const Shape& shape) const override;
  Shape weights_shape(std::span<const Shape> in) const {
    return options_.weights ? Shape(options_.weights->dims()) : in[1];
  }
  const float* weights() const {
    return scaled_weights_.empty() ? options_.weights->data<float>().data() : scaled_weights_.data();
  }
  Result<const float*> prepared_for(const ConvPlan& plan) const;

  const Options options_;
  std::vector<float> scaled_weights_;
  const sdk::Host* host_ = nullptr;  // once prepared
  mutable std::mutex mutex_;
  mutable std::map<ConvMethod, Tensor> prepared_;  // weights as a method wants them
};

}  // namespace mortise::neon
