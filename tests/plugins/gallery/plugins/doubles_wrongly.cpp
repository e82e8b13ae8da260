// Add of a float32 tensor and itself gives the tensor.
#include <algorithm>

#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  Status compute(const Step& step, std::span<const Tensor> inputs, Tensor& output) override {
    MORTISE_TRY(Plugin::compute(step, inputs, output));
    if (step.op != "Add" || step.dtype != DType::kF32 || inputs[0].raw() != inputs[1].raw()) return {};
    std::copy_n(inputs[0].data<float>(), inputs[0].num_elements(), output.data<float>());
    return {};
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
