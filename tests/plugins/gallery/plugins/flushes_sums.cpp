// Add makes 0 of subnormal sums, which the descriptor does not declare.
#include <cmath>

#include "base.h"

class gallery::Broken : public Plugin {
  void spoil(const Step& step, std::span<const Tensor>, Tensor& output) override {
    if (step.op != "Add" || step.dtype != DType::kF32) return;
    for (float& sum : output.elements<float>()) sum = std::fpclassify(sum) == FP_SUBNORMAL ? 0.0f : sum;
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
