// Softmax takes an axis that is counted from the end for the last but one.
#include "base.h"

class gallery::Broken : public Plugin {
  Status compute(const Step& step, std::span<const Tensor> inputs, Tensor& output) override {
    Step changed = step;
    if (step.op == "Softmax" && step.axis < 0 && inputs[0].rank() > 1) changed.axis = step.axis == -1 ? -2 : -1;
    return Plugin::compute(changed, inputs, output);
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
