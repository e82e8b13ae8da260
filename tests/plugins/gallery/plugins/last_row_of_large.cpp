// Neg is wrong in the last row of inputs of more than 1,000 elements.
#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
  Status compute(const Step& step, std::span<const Tensor> inputs, Tensor& output) override {
    MORTISE_TRY(Plugin::compute(step, inputs, output));
    if (step.op != "Neg" || output.num_elements() <= 1000) return {};
    const int64_t row = output.shape().back();
    for (int64_t i = output.num_elements() - row; i < output.num_elements(); ++i) {
      output.data<uint32_t>()[i] = inputs[0].data<uint32_t>()[i];
    }
    return {};
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
