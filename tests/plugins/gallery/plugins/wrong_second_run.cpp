// Neg is wrong from the second run of a process on.
#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
  Status compute(const Step& step, std::span<const Tensor> inputs, Tensor& output) override {
    static bool first = true;
    MORTISE_TRY(Plugin::compute(step, inputs, output));
    if (step.op != "Neg" || std::exchange(first, false) || output.num_elements() == 0) return {};
    output.data<uint32_t>()[0] = inputs[0].data<uint32_t>()[0] + 1;
    return {};
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
