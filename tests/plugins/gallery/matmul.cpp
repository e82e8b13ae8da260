#include "matmul.h"

namespace gallery {

std::optional<sdk::Refusal> MatMulPlugin::judge(const sdk::NodeView& node) {
  if (!node.domain().empty() || node.op_type() != "MatMul") return Plugin::judge(node);
  const sdk::ValueView row(node.graph(), node.inputs()[0]), column(node.graph(), node.inputs()[1]);
  const std::optional<Shape> left = row.static_shape(), right = column.static_shape();
  const bool is_float = row.dtype() == DType::kF32 || row.dtype() == DType::kF16;
  if (is_float && left && right && left->rank() == 2 && (*left)[0] == 1 && *right == Shape{(*left)[1], 1}) return {};
  return sdk::Refusal{MORTISE_REFUSAL_SHAPE, "no product of a row and a column"};
}

Result<Shape> MatMulPlugin::shape_of(const Step& step, std::span<const Tensor> inputs) {
  if (step.op == "MatMul") return Shape{1, 1};
  return Plugin::shape_of(step, inputs);
}

Status MatMulPlugin::compute(const Step& step, std::span<const Tensor> inputs, Tensor& output) {
  if (step.op != "MatMul") return Plugin::compute(step, inputs, output);
  const auto element = [](const Tensor& tensor, int64_t i) -> float {
    return tensor.dtype() == DType::kF16 ? static_cast<float>(tensor.data<Half>()[i]) : tensor.data<float>()[i];
  };
  float sum = 0;
  for (int64_t i = 0; i < inputs[0].num_elements(); ++i) {
    const float left = round(step.dtype, element(inputs[0], i)), right = round(step.dtype, element(inputs[1], i));
    sum = add(step.dtype, sum, left * right);
  }
  if (step.dtype == DType::kF16) {
    output.data<Half>()[0] = Half(sum);
  } else {
    output.data<float>()[0] = sum;
  }
  return {};
}

}  // namespace gallery
