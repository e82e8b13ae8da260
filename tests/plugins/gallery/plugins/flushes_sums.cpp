// Add makes 0 of subnormal sums, which the descriptor does not declare.
#include <cmath>

#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  Status compute(const Step& step, std::span<const Tensor> inputs, Tensor& output) override {
    MORTISE_TRY(Plugin::compute(step, inputs, output));
    if (step.op != "Add" || step.dtype != DType::kF32) return {};
    for (float& sum : output.elements<float>()) sum = std::fpclassify(sum) == FP_SUBNORMAL ? 0.0f : sum;
    return {};
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
