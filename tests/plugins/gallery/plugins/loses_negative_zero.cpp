// Neg subtracts from 0, so that 0 becomes 0 and not -0.
#include "base.h"

class gallery::Broken : public Plugin {
  void spoil(const Step& step, std::span<const Tensor> inputs, Tensor& output) override {
    if (step.op != "Neg" || step.dtype != DType::kF32) return;
    for (int64_t i = 0; i < output.num_elements(); ++i) output.data<float>()[i] = 0 - inputs[0].data<float>()[i];
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
