// SPDX-License-Identifier: Apache-2.0
//
// Elementwise operators of two or more inputs, with broadcasting: arithmetic, comparisons, logic, Where.
#include "../registry.h"
#include "pointwise.h"

namespace mortise::neon {
namespace {

// x op number
void emit_number(PointwiseBuilder& builder, PointwiseOp op, uint8_t x, float number) {
  switch (op) {
    case PointwiseOp::kAdd:
      builder.emit_with(PointwiseOp::kAddConstant, x, number);
      return;
    case PointwiseOp::kSub:
      builder.emit_with(PointwiseOp::kAddConstant, x, -number);
      return;
    case PointwiseOp::kMul:
      builder.emit_with(PointwiseOp::kMulConstant, x, number);
      return;
    case PointwiseOp::kPow:
      if (number == 2) {
        builder.emit(PointwiseOp::kSquare, x);
        return;
      }
      break;
    default:
      break;
  }
  builder.emit(op, x, builder.constant(number));
}

// A constant number is part of the program instead of an operand.
void emit_binary(PointwiseBuilder& builder, PointwiseOp op, DTypes first = {DType::kF32},
                 DTypes second = {DType::kF32}) {
  if (const auto right = builder.number(1, 0)) {
    emit_number(builder, op, builder.input(0, first), *right);
  } else if (const auto left = builder.number(0, 1)) {
    const uint8_t x = builder.input(1, second);
    if (op == PointwiseOp::kAdd || op == PointwiseOp::kMul) {
      emit_number(builder, op, x, *left);
    } else {
      builder.emit(op, builder.constant(*left), x);
    }
  } else {
    const uint8_t a = builder.input(0, first), b = builder.input(1, second);
    builder.emit(op, a, b);
  }
}

// Before version 7 an attribute asked for broadcasting, by rules of its own.
void check_version(const NodeReader& node) {
  if (node.version() < 7 && node.get_int("broadcast", 0) != 0) {
    node.refuse(MORTISE_REFUSAL_ATTRIBUTE, "broadcasting before version 7 is not supported");
  }
}

Lowered arithmetic(NodeReader& node, PointwiseOp op) {
  check_version(node);
  PointwiseBuilder builder(node);
  emit_binary(builder, op);
  return builder.finish();
}

Lowered compare(NodeReader& node, PointwiseOp op) {
  check_version(node);
  PointwiseBuilder builder(node);
  emit_binary(builder, op);
  return builder.finish({DType::kBool});
}

Lowered logic(NodeReader& node, PointwiseOp op) {
  check_version(node);
  PointwiseBuilder builder(node);
  const uint8_t a = builder.input(0, {DType::kBool}), b = builder.input(1, {DType::kBool});
  builder.emit(op, a, b);
  return builder.finish({DType::kBool});
}

// Left to right over any number of inputs. The register of the result.
uint8_t emit_all(NodeReader& node, PointwiseBuilder& builder, PointwiseOp op) {
  if (node.num_inputs() == 0) node.refuse(MORTISE_REFUSAL_OTHER, "it has no inputs");
  std::vector<uint8_t> registers;
  for (uint32_t i = 0; i < node.num_inputs(); ++i) registers.push_back(builder.input(i));
  uint8_t all = registers[0];
  for (size_t i = 1; i < registers.size(); ++i) all = builder.emit(op, all, registers[i]);
  return registers.size() == 1 ? builder.emit(PointwiseOp::kCopy, all) : all;
}

Lowered variadic(NodeReader& node, PointwiseOp op) {
  PointwiseBuilder builder(node);
  emit_all(node, builder, op);
  return builder.finish();
}

}  // namespace

Lowered lower_add(NodeReader& node) { return arithmetic(node, PointwiseOp::kAdd); }
Lowered lower_div(NodeReader& node) { return arithmetic(node, PointwiseOp::kDiv); }
Lowered lower_mul(NodeReader& node) { return arithmetic(node, PointwiseOp::kMul); }
Lowered lower_prelu(NodeReader& node) { return arithmetic(node, PointwiseOp::kPRelu); }
Lowered lower_sub(NodeReader& node) { return arithmetic(node, PointwiseOp::kSub); }
Lowered lower_pow(NodeReader& node) {
  check_version(node);
  PointwiseBuilder builder(node);
  emit_binary(builder, PointwiseOp::kPow, {DType::kF32}, {DType::kF32, DType::kI32, DType::kI64});
  return builder.finish();
}

Lowered lower_greater(NodeReader& node) { return compare(node, PointwiseOp::kGreater); }
Lowered lower_greater_or_equal(NodeReader& node) { return compare(node, PointwiseOp::kGreaterOrEqual); }
Lowered lower_less(NodeReader& node) { return compare(node, PointwiseOp::kLess); }
Lowered lower_less_or_equal(NodeReader& node) { return compare(node, PointwiseOp::kLessOrEqual); }
Lowered lower_equal(NodeReader& node) {
  return node.input_value(0).dtype() == DType::kBool ? logic(node, PointwiseOp::kEqual)
                                                     : compare(node, PointwiseOp::kEqual);
}
Lowered lower_and(NodeReader& node) { return logic(node, PointwiseOp::kAnd); }
Lowered lower_or(NodeReader& node) { return logic(node, PointwiseOp::kOr); }
Lowered lower_xor(NodeReader& node) { return logic(node, PointwiseOp::kXor); }

Lowered lower_max(NodeReader& node) { return variadic(node, PointwiseOp::kMax); }
Lowered lower_min(NodeReader& node) { return variadic(node, PointwiseOp::kMin); }
Lowered lower_sum(NodeReader& node) { return variadic(node, PointwiseOp::kAdd); }
Lowered lower_mean(NodeReader& node) {
  PointwiseBuilder builder(node);
  const uint8_t sum = emit_all(node, builder, PointwiseOp::kAdd);
  builder.emit(PointwiseOp::kDiv, sum, builder.constant(static_cast<float>(node.num_inputs())));
  return builder.finish();
}

Lowered lower_where(NodeReader& node) {
  PointwiseBuilder builder(node);
  const uint8_t condition = builder.input(0, {DType::kBool});
  const uint8_t x = builder.input(1), y = builder.input(2);
  builder.emit(PointwiseOp::kWhere, condition, x, y);
  return builder.finish();
}

}  // namespace mortise::neon
