// Pad puts its input one element further back than it should.
#include <algorithm>

#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
  Status compute(const Step& step, std::span<const Tensor> inputs, Tensor& output) override {
    MORTISE_TRY(Plugin::compute(step, inputs, output));
    if (step.op != "Pad" || output.num_elements() < 2) return {};
    const std::span<uint32_t> y = output.elements<uint32_t>();
    std::rotate(y.begin(), y.end() - 1, y.end());
    return {};
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
