// Add saturates where int32 overflows.
#include <algorithm>

#include "base.h"

class gallery::Broken : public Plugin {
  void spoil(const Step& step, std::span<const Tensor> inputs, Tensor& output) override {
    if (step.op != "Add" || step.dtype != DType::kI32 || inputs[0].shape() != inputs[1].shape()) return;
    for (int64_t i = 0; i < output.num_elements(); ++i) {
      const int64_t sum = int64_t{inputs[0].data<int32_t>()[i]} + inputs[1].data<int32_t>()[i];
      output.data<int32_t>()[i] = static_cast<int32_t>(std::clamp<int64_t>(sum, INT32_MIN, INT32_MAX));
    }
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
