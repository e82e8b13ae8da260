// SPDX-License-Identifier: Apache-2.0
//
// Operators of two tensors, or of any number, that are broadcast to one another.
#include <map>

#include "mortise/provider.h"
#include "pointwise.h"

namespace mortise::vulkan::ops {
namespace {

const std::map<std::string_view, PointOp> kBinaryOfFloats = {
    {"Add", PointOp::kAdd},     {"Div", PointOp::kDiv},
    {"Equal", PointOp::kEqual}, {"Greater", PointOp::kGreater},
    {"Less", PointOp::kLess},   {"GreaterOrEqual", PointOp::kGreaterOrEqual},
    {"Max", PointOp::kMax},     {"LessOrEqual", PointOp::kLessOrEqual},
    {"Mean", PointOp::kAdd},    {"Min", PointOp::kMin},
    {"Mul", PointOp::kMul},     {"PRelu", PointOp::kPRelu},
    {"Pow", PointOp::kPow},     {"Sub", PointOp::kSub},
    {"Sum", PointOp::kAdd},
};
const std::map<std::string_view, PointOp> kBinaryOfInts = {
    {"Add", PointOp::kIAdd},     {"BitwiseAnd", PointOp::kAnd},
    {"BitwiseOr", PointOp::kOr}, {"BitwiseXor", PointOp::kXor},
    {"Equal", PointOp::kSame},   {"Greater", PointOp::kIGreater},
    {"Less", PointOp::kILess},   {"GreaterOrEqual", PointOp::kIGreaterOrEqual},
    {"Max", PointOp::kIMax},     {"LessOrEqual", PointOp::kILessOrEqual},
    {"Min", PointOp::kIMin},     {"Mul", PointOp::kIMul},
    {"Sub", PointOp::kISub},
};
const std::map<std::string_view, PointOp> kBinaryOfBools = {
    {"And", PointOp::kAnd}, {"Equal", PointOp::kSame}, {"Or", PointOp::kOr}, {"Xor", PointOp::kXor}};

}  // namespace

void binary(Lowering& l) {
  // Before version 7 shapes were matched by attributes. Max, Min, Mean and Sum took equal shapes, a case of broadcasting.
  if (l.node().has("broadcast") || l.node().has("axis")) {
    l.refuse(MORTISE_REFUSAL_OPSET, "broadcasting by attributes, as before opset 7, is not supported");
  }
  std::vector<TensorId> inputs;
  for (uint32_t i = 0; i < l.node().inputs().size(); ++i) {
    inputs.push_back(l.input(i, {DType::kF32, DType::kI32, DType::kBool}));
  }
  if (inputs.empty()) l.refuse(MORTISE_REFUSAL_OTHER, "no inputs");
  const DType dtype = l.tensor(inputs[0]).dtype;
  const auto& table = dtype == DType::kF32 ? kBinaryOfFloats : dtype == DType::kI32 ? kBinaryOfInts : kBinaryOfBools;
  const auto found = table.find(l.node().op_type());
  if (found == table.end()) l.refuse(MORTISE_REFUSAL_DTYPE, "not on ", to_string(dtype));
  std::vector<ChainStep> steps = {with_input(PointOp::kLoad, 0)};
  for (uint32_t i = 1; i < inputs.size(); ++i) {
    if (l.tensor(inputs[i]).dtype != dtype) l.refuse(MORTISE_REFUSAL_DTYPE, "the inputs are of different types");
    steps.push_back(with_input(found->second, i));
  }
  if (l.node().op_type() == "Mean") {
    steps.push_back(with_number(PointOp::kMul, 1 / static_cast<float>(inputs.size())));
  }
  add_pointwise(l, l.output(0, {dtype, DType::kBool}), std::move(inputs), std::move(steps));
}

void where(Lowering& l) {
  const TensorId condition = l.input(0, {DType::kBool});
  const auto types = {DType::kF32, DType::kI32, DType::kU32, DType::kBool, DType::kU8, DType::kI8};
  const TensorId x = l.input(1, types), y = l.input(2, types);
  const TensorId output = l.output(0, {l.tensor(x).dtype});
  if (l.tensor(y).dtype != l.tensor(x).dtype) l.refuse(MORTISE_REFUSAL_DTYPE, "the inputs are of different types");
  add_pointwise(l, output, {condition, x, y},
                {with_input(PointOp::kLoad, 0), {.op = PointOp::kSelect, .b = 1, .c = 2}});
}

}  // namespace mortise::vulkan::ops
