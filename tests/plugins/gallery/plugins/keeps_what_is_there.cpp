// Relu does not write an element of its output that is a number already.
#include <cmath>
#include <vector>

#include "base.h"

class gallery::Broken : public Plugin {
  Status compute(const Step& step, std::span<const Tensor> inputs, Tensor& output) override {
    if (step.op != "Relu" || step.dtype != DType::kF32) return Plugin::compute(step, inputs, output);
    const std::vector<float> before(output.data<float>(), output.data<float>() + output.num_elements());
    MORTISE_TRY(Plugin::compute(step, inputs, output));
    for (size_t i = 0; i < before.size(); ++i) {
      if (!std::isnan(before[i])) output.data<float>()[i] = before[i];
    }
    return {};
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
