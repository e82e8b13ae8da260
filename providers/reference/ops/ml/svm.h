// What both support vector machines share: the kernel function, and how rows meet the vectors.
#pragma once

#include <vector>

#include "providers/reference/kernel.h"

namespace mortise::reference {

class SvmKernel {
 public:
  // Attributes kernel_type and kernel_params (gamma, coef0, degree; all 0 where they are left out).
  static Result<SvmKernel> read(const NodeSpec& node);
  static SvmKernel linear() { return {}; }

  // Of a row and a vector of its length.
  double operator()(std::span<const double> row, const float* vector) const;

 private:
  enum class Type { kLinear, kPoly, kRbf, kSigmoid };
  Type type_ = Type::kLinear;
  double gamma_ = 0, coef0_ = 0, degree_ = 0;
};

// Vectors of one length, one after the other.
struct SvmVectors {
  std::vector<float> values;
  uint64_t count = 0;
  uint64_t features = 0;

  static Result<SvmVectors> read(const NodeSpec& node, std::string_view attribute, uint64_t count);
  const float* operator[](uint64_t i) const { return values.data() + i * features; }
  // OK if X has as many features.
  Status check(const Tensor& x, uint64_t given) const;
};

}  // namespace mortise::reference
