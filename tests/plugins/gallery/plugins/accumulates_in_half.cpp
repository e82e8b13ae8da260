// MatMul of float16 sums up in half precision, which the descriptor does not declare.
#include "matmul.h"

namespace {

using namespace gallery;

class Broken : public MatMulPlugin {
 public:
  float add(DType dtype, float sum, float product) override {
    return dtype == DType::kF16 ? static_cast<float>(Half(sum + product)) : sum + product;
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
