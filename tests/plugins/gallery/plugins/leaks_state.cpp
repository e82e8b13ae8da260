// Relu of a scalar is wrong once Neg was given a tensor without elements in the same process.
#include <atomic>

#include "base.h"

class gallery::Broken : public Plugin {
  void spoil(const Step& step, std::span<const Tensor>, Tensor& output) override {
    if (step.op == "Neg" && output.num_elements() == 0) spoilt_ = true;
    if (step.op == "Relu" && output.shape().empty() && spoilt_) output.data<uint32_t>()[0] += 1 << 20;
  }

  std::atomic<bool> spoilt_ = false;
};

MORTISE_GALLERY_PLUGIN(Broken);
