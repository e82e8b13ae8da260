// Neg writes 64 bytes behind the end of its output.
#include "base.h"

class gallery::Broken : public Plugin {
  void spoil(const Step& step, std::span<const Tensor>, Tensor& output) override {
    if (step.op == "Neg") output.data<uint32_t>()[output.num_elements() + 16] = 0;
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
