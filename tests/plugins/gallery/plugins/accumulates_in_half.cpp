// MatMul of float16 sums up in half precision, which the descriptor does not declare.
#include "matmul.h"

class gallery::Broken : public MatMulPlugin {
  float add(DType dtype, float sum, float product) override {
    return dtype == DType::kF16 ? static_cast<float>(Half(sum + product)) : sum + product;
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
