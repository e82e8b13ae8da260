// Neg writes one element before its output.
#include "base.h"

class gallery::Broken : public Plugin {
  void spoil(const Step& step, std::span<const Tensor>, Tensor& output) override {
    if (step.op == "Neg" && output.num_elements() != 0) output.data<uint32_t>()[-1] = 0;
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
