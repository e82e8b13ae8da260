// What ResNet and MobileNet share: convolutions followed by BatchNormalization, and the classifier at the end.
#pragma once

#include <string>

#include "bench/model_builder.h"

namespace mortise::bench {

struct ConvShape {
  int64_t in = 0;
  int64_t out = 0;
  int64_t kernel = 1;  // padded by kernel / 2
  int64_t stride = 1;
  int64_t group = 1;
};

// A convolution without bias and its BatchNormalization, whose scale is around `scale`: below 1 on branches that are
// added up, so that the sum does not grow from block to block.
std::string conv_norm(ModelBuilder& model, const std::string& conv, const std::string& norm, const std::string& x,
                      const ConvShape& shape, float scale = 1);

// GlobalAveragePool, Flatten and Gemm over `features` channels: declares the output "logits", float32[1, 1000].
void classify(ModelBuilder& model, const std::string& x, const std::string& layer, int64_t features);

}  // namespace mortise::bench
