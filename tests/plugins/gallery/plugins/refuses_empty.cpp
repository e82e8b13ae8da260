// Neg refuses tensors without elements.
#include "base.h"

class gallery::Broken : public Plugin {
  Status compute(const Step& step, std::span<const Tensor> inputs, Tensor& output) override {
    if (step.op == "Neg" && output.num_elements() == 0) {
      return make_error(StatusCode::kInternal, "there is nothing to negate");
    }
    return Plugin::compute(step, inputs, output);
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
