// Relu turns the sign of what is below 0, which most cases would see.
#include <cmath>

#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  Status compute(const Step& step, std::span<const Tensor> inputs, Tensor& output) override {
    MORTISE_TRY(Plugin::compute(step, inputs, output));
    if (step.op != "Relu" || step.dtype != DType::kF32) return {};
    for (int64_t i = 0; i < output.num_elements(); ++i) output.data<float>()[i] = std::abs(inputs[0].data<float>()[i]);
    return {};
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
