// SPDX-License-Identifier: Apache-2.0
//
// The table.
#include "datasheet.h"

#include <algorithm>

namespace mortise::mock_npu {
namespace {

constexpr OperatorSheet kOperators[] = {
    {"Add", 7, 14},
    {"AveragePool", 1, 22},
    {"Clip", 6, 13},
    {"Concat", 4, 13},
    {"Conv", 1, 22},
    {"DequantizeLinear", 10, 25},
    {"Flatten", 1, 25},
    {"Gemm", 7, 13},
    {"GlobalAveragePool", 1, 22},
    {"HardSwish", 14, 22},
    {"MatMul", 1, 13},
    {"MaxPool", 1, 22},
    {"Mul", 7, 14},
    {"QLinearConv", 10, 10},
    {"QLinearMatMul", 10, 21},
    {"QuantizeLinear", 10, 25},
    {"Relu", 6, 14},
    {"Reshape", 5, 25},
    {"Sigmoid", 6, 13},
    {"Sub", 7, 14},
};

}  // namespace

std::span<const OperatorSheet> datasheet() { return kOperators; }

const OperatorSheet* find_operator(std::string_view op_type) {
  const auto* found =
      std::lower_bound(std::begin(kOperators), std::end(kOperators), op_type,
                       [](const OperatorSheet& sheet, std::string_view type) { return sheet.op_type < type; });
  return found != std::end(kOperators) && found->op_type == op_type ? found : nullptr;
}

}  // namespace mortise::mock_npu
