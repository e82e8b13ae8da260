// Neg subtracts from 0, so that 0 becomes 0 and not -0.
#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
  Status compute(const Step& step, std::span<const Tensor> inputs, Tensor& output) override {
    if (step.op != "Neg" || step.dtype != DType::kF32) return Plugin::compute(step, inputs, output);
    for (int64_t i = 0; i < output.num_elements(); ++i) output.data<float>()[i] = 0 - inputs[0].data<float>()[i];
    return {};
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
