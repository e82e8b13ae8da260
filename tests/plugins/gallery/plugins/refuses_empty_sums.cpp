// Add fails where its output has no elements.
#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  Status compute(const Step& step, std::span<const Tensor> inputs, Tensor& output) override {
    if (step.op == "Add" && output.num_elements() == 0) return unimplemented("there is nothing to add");
    return Plugin::compute(step, inputs, output);
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
