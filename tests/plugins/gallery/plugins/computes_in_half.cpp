// MatMul of float32 takes its factors in half precision, which the descriptor does not declare.
#include "matmul.h"

class gallery::Broken : public MatMulPlugin {
  float round(DType, float factor) override { return Half(factor); }
};

MORTISE_GALLERY_PLUGIN(Broken);
