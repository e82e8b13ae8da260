// A tensor is written after it became part of a sequence that is an output.
#include "values.h"

class gallery::Broken : public ValuesPlugin {
  void after_output(const mortise_host_values_t&, mortise_value_t*, const mortise_tensor_t& tensor) override {
    if (tensor.dtype == static_cast<mortise_dtype>(DType::kF32)) static_cast<float*>(tensor.data)[0] = 0;
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
