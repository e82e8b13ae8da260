// Add of a float32 tensor and itself gives the tensor.
#include <algorithm>

#include "base.h"

class gallery::Broken : public Plugin {
  void spoil(const Step& step, std::span<const Tensor> inputs, Tensor& output) override {
    if (step.op != "Add" || step.dtype != DType::kF32 || inputs[0].raw() != inputs[1].raw()) return;
    std::copy_n(inputs[0].data<float>(), inputs[0].num_elements(), output.data<float>());
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
