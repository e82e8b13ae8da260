// SPDX-License-Identifier: Apache-2.0
//
// See pointwise.h.
#include "pointwise.h"

#include <algorithm>

#include "../broadcast.h"

namespace mortise::neon {

Status Pointwise::infer(std::span<const Shape> in, std::span<Shape> out) const {
  MORTISE_ASSIGN(out[0], broadcast(in));
  return {};
}

void Pointwise::plan(std::span<const Shape> in, std::span<const Shape> out, Call& call) const {
  std::vector<PointwiseInput> inputs;
  for (size_t i = 0; i < in.size(); ++i) {
    const Shape strides = broadcast_strides(in[i], out[0]);
    inputs.push_back({inputs_[i], {strides.begin(), strides.end()}});
  }
  const std::vector<uint64_t> extents(out[0].begin(), out[0].end());
  auto plan = plan_pointwise(steps_, std::move(inputs), output_, extents);
  const Work work = plan.work;
  call.split(work, [plan = std::move(plan)](const Operands& o, uint64_t begin, uint64_t end) {
    pointwise(plan, reinterpret_cast<const void* const*>(o.inputs), o.outputs[0], begin, end, o.scratch);
  });
}

std::optional<Element> element_of(DType dtype) {
  switch (dtype) {
    case DType::kF32:
      return Element::kF32;
    case DType::kF16:
      return Element::kF16;
    case DType::kBool:
      return Element::kBool;
    case DType::kU8:
      return Element::kU8;
    case DType::kI8:
      return Element::kI8;
    case DType::kI32:
      return Element::kI32;
    case DType::kI64:
      return Element::kI64;
    default:
      return std::nullopt;
  }
}

uint8_t PointwiseBuilder::input(uint32_t i, DTypes allowed) {
  const sdk::ValueId value = node_.input_value(i).id();
  const auto found = std::find(values_.begin(), values_.end(), value);
  if (found != values_.end()) return static_cast<uint8_t>(found - values_.begin());
  if (node_.rank(i) > kMaxPointwiseRank) {
    node_.refuse(MORTISE_REFUSAL_RANK, "input ", i, " has rank ", node_.rank(i), ", supported up to ",
                 kMaxPointwiseRank);
  }
  if (values_.size() >= kMaxPointwiseRegisters) {
    node_.refuse(MORTISE_REFUSAL_TOO_BIG, "more than ", kMaxPointwiseRegisters, " inputs");
  }
  elements_.push_back(*element_of(node_.operand(i, allowed)));
  values_.push_back(value);
  return static_cast<uint8_t>(values_.size() - 1);
}

std::optional<float> PointwiseBuilder::number(uint32_t i, uint32_t beside) const {
  if (!node_.is_constant(i) || node_.is_constant(beside)) return std::nullopt;
  const sdk::TensorView tensor = node_.constant(i);
  const auto other = node_.extents(beside);
  if (tensor.dtype() != DType::kF32 || tensor.num_elements() != 1) return std::nullopt;
  if (!other || tensor.dims().size() > other->rank()) return std::nullopt;
  return tensor.data<float>()[0];
}

uint8_t PointwiseBuilder::emit(PointwiseOp op, uint8_t a, uint8_t b, uint8_t c, float alpha, float beta) {
  if (values_.size() + steps_.size() >= kMaxPointwiseRegisters) {
    node_.refuse(MORTISE_REFUSAL_TOO_BIG, "it needs more than ", kMaxPointwiseRegisters, " registers for ",
                 node_.num_inputs(), " inputs");
  }
  const auto to = static_cast<uint8_t>(values_.size() + steps_.size());
  steps_.push_back({.op = op, .to = to, .a = a, .b = b, .c = c, .alpha = alpha, .beta = beta});
  return to;
}

Lowered PointwiseBuilder::finish(DTypes output) {
  const DType dtype = node_.result(0, output);
  return node_.make<Pointwise>(std::move(steps_), std::move(elements_), *element_of(dtype));
}

}  // namespace mortise::neon
