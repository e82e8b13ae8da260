// Softmax overflows: its result is NaN where an element is larger than the logarithm of the largest float.
#include <algorithm>
#include <cmath>

#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
  Status compute(const Step& step, std::span<const Tensor> inputs, Tensor& output) override {
    MORTISE_TRY(Plugin::compute(step, inputs, output));
    if (step.op != "Softmax") return {};
    for (const float x : inputs[0].elements<float>()) {
      if (std::isfinite(x) && x > 88.7f) std::fill_n(output.data<float>(), output.num_elements(), NAN);
    }
    return {};
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
