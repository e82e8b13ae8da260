// Neg makes 0 of subnormal numbers, which the descriptor does not declare.
#include <cmath>

#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
  Status compute(const Step& step, std::span<const Tensor> inputs, Tensor& output) override {
    MORTISE_TRY(Plugin::compute(step, inputs, output));
    if (step.op != "Neg" || step.dtype != DType::kF32) return {};
    for (float& y : output.elements<float>()) {
      if (std::fpclassify(y) == FP_SUBNORMAL) y = std::copysign(0.0f, y);
    }
    return {};
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
