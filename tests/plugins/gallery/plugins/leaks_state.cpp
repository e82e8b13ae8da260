// Relu of a scalar is wrong once Neg was given a tensor without elements in the same process.
#include <atomic>

#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
  Status compute(const Step& step, std::span<const Tensor> inputs, Tensor& output) override {
    MORTISE_TRY(Plugin::compute(step, inputs, output));
    if (step.op == "Neg" && output.num_elements() == 0) spoilt_ = true;
    if (step.op == "Relu" && output.shape().empty() && spoilt_) output.data<uint32_t>()[0] += 1 << 20;
    return {};
  }

  std::atomic<bool> spoilt_ = false;
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
