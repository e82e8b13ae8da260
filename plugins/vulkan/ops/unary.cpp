// SPDX-License-Identifier: Apache-2.0
//
// Functions of one tensor without attributes.
#include <map>

#include "mortise/provider.h"
#include "pointwise.h"

namespace mortise::vulkan::ops {
namespace {

const std::map<std::string_view, PointOp> kUnaryOfFloats = {
    {"Abs", PointOp::kAbs},           {"Acos", PointOp::kAcos},
    {"Acosh", PointOp::kAcosh},       {"Asin", PointOp::kAsin},
    {"Asinh", PointOp::kAsinh},       {"Atan", PointOp::kAtan},
    {"Atanh", PointOp::kAtanh},       {"Ceil", PointOp::kCeil},
    {"Cos", PointOp::kCos},           {"Cosh", PointOp::kCosh},
    {"Erf", PointOp::kErf},           {"Exp", PointOp::kExp},
    {"Floor", PointOp::kFloor},       {"HardSwish", PointOp::kHardSwish},
    {"Log", PointOp::kLog},           {"Mish", PointOp::kMish},
    {"Neg", PointOp::kNeg},           {"Reciprocal", PointOp::kReciprocal},
    {"Relu", PointOp::kRelu},         {"Round", PointOp::kRound},
    {"Sigmoid", PointOp::kSigmoid},   {"Sign", PointOp::kSign},
    {"Sin", PointOp::kSin},           {"Sinh", PointOp::kSinh},
    {"Softplus", PointOp::kSoftplus}, {"Softsign", PointOp::kSoftsign},
    {"Sqrt", PointOp::kSqrt},         {"Tan", PointOp::kTan},
    {"Tanh", PointOp::kTanh},
};
const std::map<std::string_view, PointOp> kUnaryOfInts = {
    {"Abs", PointOp::kIAbs}, {"Neg", PointOp::kINeg}, {"BitwiseNot", PointOp::kBitwiseNot}};
const std::map<std::string_view, PointOp> kUnaryOfBools = {{"Not", PointOp::kNot}};

}  // namespace

void unary(Lowering& l) {
  const TensorId x = l.input(0, {DType::kF32, DType::kI32, DType::kBool});
  const DType dtype = l.tensor(x).dtype;
  const auto& table = dtype == DType::kF32 ? kUnaryOfFloats : dtype == DType::kI32 ? kUnaryOfInts : kUnaryOfBools;
  const auto found = table.find(l.node().op_type());
  if (found == table.end()) l.refuse(MORTISE_REFUSAL_DTYPE, "not on ", to_string(dtype));
  add_pointwise(l, l.output(0, {dtype}), {x}, {with_input(PointOp::kLoad, 0), with_number(found->second, 0)});
}

}  // namespace mortise::vulkan::ops
