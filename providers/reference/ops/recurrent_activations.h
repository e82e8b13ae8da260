// Activation: the functions that recurrent operators name in their attribute `activations`.
#pragma once

#include <array>
#include <cmath>
#include <string_view>
#include <vector>

#include "providers/reference/kernel.h"

namespace mortise::reference {

struct Activation {
  enum class Kind {
    kRelu,
    kTanh,
    kSigmoid,
    kAffine,
    kLeakyRelu,
    kThresholdedRelu,
    kScaledTanh,
    kHardSigmoid,
    kElu,
    kSoftsign,
    kSoftplus
  };
  Kind kind = Kind::kTanh;
  float alpha = 0, beta = 0;

  template <class Acc>
  Acc operator()(Acc x) const {
    const auto a = static_cast<Acc>(alpha), b = static_cast<Acc>(beta);
    switch (kind) {
      case Kind::kRelu:
        return std::max(x, Acc{0});
      case Kind::kTanh:
        return std::tanh(x);
      case Kind::kSigmoid:
        return Acc{1} / (Acc{1} + std::exp(-x));
      case Kind::kAffine:
        return a * x + b;
      case Kind::kLeakyRelu:
        return x >= 0 ? x : a * x;
      case Kind::kThresholdedRelu:
        return x >= a ? x : Acc{0};
      case Kind::kScaledTanh:
        return a * std::tanh(b * x);
      case Kind::kHardSigmoid:
        return std::min(std::max(a * x + b, Acc{0}), Acc{1});
      case Kind::kElu:
        return x >= 0 ? x : a * (std::exp(x) - Acc{1});
      case Kind::kSoftsign:
        return x / (Acc{1} + std::abs(x));
      case Kind::kSoftplus:
        return std::max(x, Acc{0}) + std::log1p(std::exp(-std::abs(x)));
    }
    return x;
  }
};

// The node's activations, `defaults.size()` for each of `directions`; alphas and betas go in order to those that take
// them.
Result<std::vector<Activation>> read_activations(const NodeSpec& node, std::span<const Activation::Kind> defaults,
                                                 uint64_t directions);

}  // namespace mortise::reference
