// Split in two gives the first half to the second output where nobody reads the first.
#include <algorithm>

#include "base.h"

class gallery::Broken : public Plugin {
  std::optional<sdk::Refusal> judge(const sdk::NodeView& node) override {
    if (node.op_type() != "Split" || node.outputs().size() != 2) return Plugin::judge(node);
    const sdk::ValueView input(node.graph(), node.inputs()[0]);
    if (input.dtype() == DType::kF32 && input.static_shape() == Shape{4, 3}) return std::nullopt;
    return sdk::Refusal{MORTISE_REFUSAL_SHAPE, "another shape"};
  }
  Status run_steps(Session& session, const sdk::RunArgs& args) override {
    if (session.steps.front().op != "Split") return Plugin::run_steps(session, args);
    const Tensor input = Tensor::view(args.input(0).raw());
    const float* half = input.data<float>();
    for (uint64_t i = 0; i < 2; ++i) {
      if (args.output(i).absent()) continue;
      MORTISE_ASSIGN(const mortise_tensor_t output, args.output(i, Shape{2, 3}));
      std::copy_n(half, 6, static_cast<float*>(output.data));
      half += 6;
    }
    return {};
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
