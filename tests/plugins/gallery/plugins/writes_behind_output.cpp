// Neg writes 64 bytes behind the end of its output.
#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
  Status compute(const Step& step, std::span<const Tensor> inputs, Tensor& output) override {
    MORTISE_TRY(Plugin::compute(step, inputs, output));
    if (step.op == "Neg") output.data<uint32_t>()[output.num_elements() + 16] = 0;
    return {};
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
