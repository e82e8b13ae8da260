// Neg works in place, in its input.
#include <cstring>

#include "base.h"

class gallery::Broken : public Plugin {
  void spoil(const Step& step, std::span<const Tensor> inputs, Tensor& output) override {
    if (step.op != "Neg" || output.num_elements() == 0) return;
    std::memcpy(const_cast<void*>(inputs[0].raw()), output.raw(), output.size_bytes());
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
