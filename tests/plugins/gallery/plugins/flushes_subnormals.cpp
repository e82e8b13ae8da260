// Neg makes 0 of subnormal numbers, which the descriptor does not declare.
#include <cmath>

#include "base.h"

class gallery::Broken : public Plugin {
  void spoil(const Step& step, std::span<const Tensor>, Tensor& output) override {
    if (step.op != "Neg" || step.dtype != DType::kF32) return;
    for (float& y : output.elements<float>()) {
      if (std::fpclassify(y) == FP_SUBNORMAL) y = std::copysign(0.0f, y);
    }
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
