// The last bit of the first element depends on how many runs there were, although results are declared to repeat.
#include <atomic>

#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  Status compute(const Step& step, std::span<const Tensor> inputs, Tensor& output) override {
    MORTISE_TRY(Plugin::compute(step, inputs, output));
    if (step.dtype == DType::kF32 && output.num_elements() > 0)
      output.data<uint32_t>()[0] ^= ++runs_ % 8 == 0 ? 1u : 0u;
    return {};
  }

 private:
  std::atomic<uint32_t> runs_ = 0;
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
