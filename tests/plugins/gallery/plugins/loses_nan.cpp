// Relu makes 0 of what is not greater than 0, NaN included.
#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
  Status compute(const Step& step, std::span<const Tensor> inputs, Tensor& output) override {
    MORTISE_TRY(Plugin::compute(step, inputs, output));
    if (step.op != "Relu" || step.dtype != DType::kF32) return {};
    for (float& y : output.elements<float>()) y = y > 0 ? y : 0;
    return {};
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
