// Add of two symbolic extents is wrong at the end of 13 to 17 rows.
#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  Status compute(const Step& step, std::span<const Tensor> inputs, Tensor& output) override {
    MORTISE_TRY(Plugin::compute(step, inputs, output));
    if (step.op != "Add" || step.dtype != DType::kF32) return {};
    if (output.rank() == 2 && output.dim(0) > 12 && output.dim(0) <= 17) output.elements<float>().back() += 1000;
    return {};
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
