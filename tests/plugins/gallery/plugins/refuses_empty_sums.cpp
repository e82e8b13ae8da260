// Add fails where its output has no elements.
#include "base.h"

class gallery::Broken : public Plugin {
  Status compute(const Step& step, std::span<const Tensor> inputs, Tensor& output) override {
    if (step.op == "Add" && output.num_elements() == 0) return unimplemented("there is nothing to add");
    return Plugin::compute(step, inputs, output);
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
