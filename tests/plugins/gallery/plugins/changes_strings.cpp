// A string is set after its tensor became an output.
#include "values.h"

class gallery::Broken : public ValuesPlugin {
  void after_output(const mortise_host_values_t& values, mortise_value_t* value,
                    const mortise_tensor_t& tensor) override {
    const mortise_string_t other{.data = "other", .size = 5};
    if (tensor.dtype == static_cast<mortise_dtype>(DType::kString)) values.set_strings(value, 0, &other, 1, nullptr);
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
