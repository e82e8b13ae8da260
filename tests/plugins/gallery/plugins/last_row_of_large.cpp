// Neg is wrong in the last row of inputs of more than 1,000 elements.
#include "base.h"

class gallery::Broken : public Plugin {
  void spoil(const Step& step, std::span<const Tensor> inputs, Tensor& output) override {
    if (step.op != "Neg" || output.num_elements() <= 1000) return;
    const int64_t row = output.shape().back();
    for (int64_t i = output.num_elements() - row; i < output.num_elements(); ++i) {
      output.data<uint32_t>()[i] = inputs[0].data<uint32_t>()[i];
    }
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
