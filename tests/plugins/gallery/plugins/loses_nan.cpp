// Relu makes 0 of what is not greater than 0, NaN included.
#include "base.h"

class gallery::Broken : public Plugin {
  void spoil(const Step& step, std::span<const Tensor>, Tensor& output) override {
    if (step.op != "Relu" || step.dtype != DType::kF32) return;
    for (float& y : output.elements<float>()) y = y > 0 ? y : 0;
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
