// Add of two symbolic extents is wrong at the end of 13 to 17 rows.
#include "base.h"

class gallery::Broken : public Plugin {
  void spoil(const Step& step, std::span<const Tensor>, Tensor& output) override {
    if (step.op != "Add" || step.dtype != DType::kF32) return;
    if (output.rank() == 2 && output.dim(0) > 12 && output.dim(0) <= 17) output.elements<float>().back() += 1000;
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
