// Gather returns INTERNAL for an index out of range.
#include <algorithm>

#include "base.h"

class gallery::Broken : public Plugin {
  std::optional<sdk::Refusal> judge(const sdk::NodeView& node) override {
    if (node.op_type() != "Gather") return Plugin::judge(node);
    const sdk::ValueView data(node.graph(), node.inputs()[0]), indices(node.graph(), node.inputs()[1]);
    const bool is_same = data.static_shape() == Shape{4, 3} && indices.static_shape() == Shape{4};
    if (data.dtype() == DType::kF32 && indices.dtype() == DType::kI64 && is_same) return std::nullopt;
    return sdk::Refusal{MORTISE_REFUSAL_SHAPE, "other shapes"};
  }
  Status compute(const Step& step, std::span<const Tensor> inputs, Tensor& output) override {
    if (step.op != "Gather") return Plugin::compute(step, inputs, output);
    for (int64_t row = 0; row < 4; ++row) {
      const int64_t index = inputs[1].data<int64_t>()[row];
      if (index < -4 || index > 3) return make_error(StatusCode::kInternal, "index ", index, " is out of range");
      std::copy_n(inputs[0].data<float>() + (index + 4) % 4 * 3, 3, output.data<float>() + row * 3);
    }
    return {};
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
