// A tensor is written after it became part of a sequence that is an output.
#include "values.h"

namespace {

using namespace gallery;

class Broken : public ValuesPlugin {
 public:
  void after_output(const mortise_host_values_t&, mortise_value_t*, const mortise_tensor_t& tensor) override {
    if (tensor.dtype == static_cast<mortise_dtype>(DType::kF32)) static_cast<float*>(tensor.data)[0] = 0;
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
