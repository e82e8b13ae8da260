// run() returns OUT_OF_RANGE where the first element of an input is negative.
#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  Status compute(const Step& step, std::span<const Tensor> inputs, Tensor& output) override {
    if (step.dtype == DType::kF32 && inputs[0].num_elements() > 0 && inputs[0].data<float>()[0] < 0) {
      return make_error(StatusCode::kOutOfRange, "negative numbers are not for this device");
    }
    return Plugin::compute(step, inputs, output);
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
