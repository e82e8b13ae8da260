// Relu turns the sign of what is below 0, which most cases would see.
#include <cmath>

#include "base.h"

class gallery::Broken : public Plugin {
  void spoil(const Step& step, std::span<const Tensor> inputs, Tensor& output) override {
    if (step.op != "Relu" || step.dtype != DType::kF32) return;
    for (int64_t i = 0; i < output.num_elements(); ++i) output.data<float>()[i] = std::abs(inputs[0].data<float>()[i]);
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
