// Add takes element 0 of an input with one extent of 1 everywhere.
#include "base.h"

class gallery::Broken : public Plugin {
  Status compute(const Step& step, std::span<const Tensor> inputs, Tensor& output) override {
    if (step.op != "Add" || inputs[0].num_elements() == 0) return Plugin::compute(step, inputs, output);
    std::vector<Tensor> changed(inputs.begin(), inputs.end());
    const bool smaller = inputs[1].num_elements() < output.num_elements();
    if (smaller && inputs[1].num_elements() > 1) changed[1] = Tensor::view(step.dtype, {}, changed[1].raw());
    return Plugin::compute(step, changed, output);
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
