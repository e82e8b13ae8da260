// Activations of an epilogue in double.
#pragma once

#include <algorithm>
#include <cmath>

#include "plugins/neon_cpu/kernels/epilogue.h"

namespace mortise::neon {

inline constexpr Activation kActivations[] = {Activation::kNone,      Activation::kRelu,        Activation::kClip,
                                              Activation::kLeakyRelu, Activation::kHardSigmoid, Activation::kHardSwish,
                                              Activation::kSigmoid,   Activation::kSilu,        Activation::kTanh,
                                              Activation::kGelu,      Activation::kGeluTanh,    Activation::kElu,
                                              Activation::kSoftplus,  Activation::kMish};

inline double activate(Activation activation, double alpha, double beta, double x) {
  switch (activation) {
    case Activation::kNone:
      return x;
    case Activation::kRelu:
      return std::max(x, 0.0);
    case Activation::kClip:
      return std::min(std::max(x, alpha), beta);
    case Activation::kLeakyRelu:
      return x < 0 ? alpha * x : x;
    case Activation::kHardSigmoid:
      return std::clamp(alpha * x + beta, 0.0, 1.0);
    case Activation::kHardSwish:
      return x * std::clamp(x / 6 + 0.5, 0.0, 1.0);
    case Activation::kSigmoid:
      return 1 / (1 + std::exp(-x));
    case Activation::kSilu:
      return x / (1 + std::exp(-x));
    case Activation::kTanh:
      return std::tanh(x);
    case Activation::kGelu:
      return x / 2 * (1 + std::erf(x / std::sqrt(2.0)));
    case Activation::kGeluTanh:
      return x / 2 * (1 + std::tanh(std::sqrt(2 / std::acos(-1.0)) * (x + 0.044715 * x * x * x)));
    case Activation::kElu:
      return x < 0 ? alpha * std::expm1(x) : x;
    case Activation::kSoftplus:
      return std::log1p(std::exp(-std::abs(x))) + std::max(x, 0.0);
    case Activation::kMish:
      return x * std::tanh(std::log1p(std::exp(x)));
  }
  return x;
}

}  // namespace mortise::neon
