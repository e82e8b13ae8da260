// SPDX-License-Identifier: Apache-2.0
//
// Epilogue: what happens to an element of a matrix product or a convolution before it is stored.
//
//   y[i][j] = activation(scale * sum + row_bias[i] + column_bias[j] + residual[i][j])
//
// The rows of a convolution are its output channels, the columns its pixels, so that a convolution's bias is a row bias.
#pragma once

#include <cstdint>

namespace mortise::neon {

enum class Activation : uint8_t {
  kNone,
  kRelu,
  kClip,         // to [alpha, beta]
  kLeakyRelu,    // x < 0 ? alpha * x : x
  kHardSigmoid,  // clip(alpha * x + beta, 0, 1)
  kHardSwish,    // x * clip(x / 6 + 0.5, 0, 1)
  kSigmoid,
  kSilu,  // x * sigmoid(x)
  kTanh,
  kGelu,      // x / 2 * (1 + erf(x / sqrt(2)))
  kGeluTanh,  // the approximation with tanh
  kElu,       // x < 0 ? alpha * (exp(x) - 1) : x
  kSoftplus,
  kMish,  // x * tanh(softplus(x))
};

struct Epilogue {
  float scale = 1;
  const float* row_bias = nullptr;     // one per row
  const float* column_bias = nullptr;  // one per column
  // As large as the output and laid out as it is; may be the output itself.
  const float* residual = nullptr;
  Activation activation = Activation::kNone;
  float alpha = 0;
  float beta = 0;
};

}  // namespace mortise::neon
