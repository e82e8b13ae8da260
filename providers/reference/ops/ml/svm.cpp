#include "providers/reference/ops/ml/svm.h"

#include <cmath>

namespace mortise::reference {

Result<SvmKernel> SvmKernel::read(const NodeSpec& node) {
  SvmKernel kernel;
  const std::string_view name = node.get_string("kernel_type", "LINEAR");
  if (name == "LINEAR") {
    kernel.type_ = Type::kLinear;
  } else if (name == "POLY") {
    kernel.type_ = Type::kPoly;
  } else if (name == "RBF") {
    kernel.type_ = Type::kRbf;
  } else if (name == "SIGMOID") {
    kernel.type_ = Type::kSigmoid;
  } else {
    return invalid_argument("attribute 'kernel_type' is '", name, "'; it must be one of LINEAR, POLY, RBF, SIGMOID");
  }
  const auto parameters = node.get_floats("kernel_params");
  if (parameters.empty()) return kernel;
  if (parameters.size() != 3) {
    return invalid_argument("attribute 'kernel_params' has ", parameters.size(),
                            " entries; it must have 3: gamma, coef0, degree");
  }
  kernel.gamma_ = parameters[0];
  kernel.coef0_ = parameters[1];
  kernel.degree_ = parameters[2];
  return kernel;
}

double SvmKernel::operator()(std::span<const double> row, const float* vector) const {
  double sum = 0;
  if (type_ == Type::kRbf) {
    for (uint64_t i = 0; i < row.size(); ++i) sum += (row[i] - vector[i]) * (row[i] - vector[i]);
    return std::exp(-gamma_ * sum);
  }
  for (uint64_t i = 0; i < row.size(); ++i) sum += row[i] * vector[i];
  if (type_ == Type::kPoly) return std::pow(gamma_ * sum + coef0_, degree_);
  if (type_ == Type::kSigmoid) return std::tanh(gamma_ * sum + coef0_);
  return sum;
}

Result<SvmVectors> SvmVectors::read(const NodeSpec& node, std::string_view attribute, uint64_t count) {
  const auto values = node.get_floats(attribute);
  if (count == 0 || values.empty() || values.size() % count != 0) {
    return invalid_argument("attribute '", attribute, "' has ", values.size(), " entries, which are not ", count,
                            " vectors of one length");
  }
  return SvmVectors{.values = {values.begin(), values.end()}, .count = count, .features = values.size() / count};
}

Status SvmVectors::check(const Tensor& x, uint64_t given) const {
  if (given == features) return {};
  return invalid_argument("X ", to_string(x.shape()), " has ", given, " features; the model's vectors have ", features);
}

}  // namespace mortise::reference
