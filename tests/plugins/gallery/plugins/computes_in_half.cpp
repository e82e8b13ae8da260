// MatMul of float32 takes its factors in half precision, which the descriptor does not declare.
#include "matmul.h"

namespace {

using namespace gallery;

class Broken : public MatMulPlugin {
 public:
  float round(DType, float factor) override { return Half(factor); }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
