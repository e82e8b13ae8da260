// The last bit of the first element depends on how many runs there were, although results are declared to repeat.
#include <atomic>

#include "base.h"

class gallery::Broken : public Plugin {
  void spoil(const Step& step, std::span<const Tensor>, Tensor& output) override {
    if (step.dtype != DType::kF32 || output.num_elements() == 0) return;
    output.data<uint32_t>()[0] ^= ++runs_ % 8 == 0 ? 1u : 0u;
  }

  std::atomic<uint32_t> runs_ = 0;
};

MORTISE_GALLERY_PLUGIN(Broken);
