// SPDX-License-Identifier: Apache-2.0
//
// See program.h; the layout of what is written here is that of shaders/storage.glsl and shaders/chain.glsl.
#include "program.h"

#include <cstring>

#include "strided.h"

namespace mortise::vulkan {
namespace {

// Specialization constants: how elements lie in memory, and a chain.
constexpr uint32_t kOutputConstant = 10;
constexpr uint32_t kInputConstants = 11;
constexpr uint32_t kStepConstants = 17;
constexpr uint32_t kNumConstants = kStepConstants + kMaxChainSteps;

// Words of its buffer.
constexpr uint32_t kRankWord = 0;
constexpr uint32_t kDimsWord = 1;
constexpr uint32_t kStridesWord = kDimsWord + kMaxChainRank;
constexpr uint32_t kNumbersWord = kStridesWord + kMaxChainInputs * kMaxChainRank;
constexpr uint32_t kNumWords = kNumbersWord + 2 * kMaxChainSteps;

enum Where : uint32_t { kInOrder = 0, kScalar = 1, kStrided = 2 };
constexpr uint32_t kOperand = 256;

uint32_t form_of(DType dtype) {
  switch (dtype) {
    case DType::kBool:
    case DType::kU8:
      return 1;
    case DType::kI8:
      return 2;
    case DType::kF16:
      return 3;
    default:
      return 0;
  }
}

void encode_forms(const Program& program, Step& step) {
  step.spec.resize(kInputConstants + step.inputs.size(), 0);
  step.spec[kOutputConstant] = form_of(program.tensors[step.outputs[0]].dtype);
  for (uint32_t i = 0; i < step.inputs.size(); ++i) {
    step.spec[kInputConstants + i] = form_of(program.tensors[step.inputs[i]].dtype);
  }
}

void encode_chain(Program& program, Step& step) {
  const TensorId output = step.outputs[0];
  Shape dims = program.tensors[output].dims;
  std::vector<uint32_t> where;
  std::vector<Shape> strides;
  for (uint32_t i = 0; i < step.inputs.size(); ++i) {
    const Shape& from = program.tensors[step.inputs[i]].dims;
    // The shader addresses its own inputs itself.
    const bool own = i < step.own_inputs;
    where.push_back(own || from.num_elements() == dims.num_elements() ? kInOrder
                    : from.num_elements() == 1                        ? kScalar
                                                                      : kStrided);
    strides.push_back(where.back() == kStrided ? broadcast_strides(from, dims) : Shape(dims.rank(), 0));
  }
  merge_axes(dims, strides);

  std::vector<uint32_t> words(kNumWords, 0);
  words[kRankWord] = dims.rank();
  for (uint32_t axis = 0; axis < dims.rank(); ++axis) {
    words[kDimsWord + axis] = static_cast<uint32_t>(dims[axis]);
    for (uint32_t i = 0; i < strides.size(); ++i) {
      words[kStridesWord + i * kMaxChainRank + axis] = static_cast<uint32_t>(strides[i][axis]);
    }
  }
  step.spec.resize(kNumConstants, 0);
  for (uint32_t i = 0; i < step.inputs.size(); ++i) {
    step.spec[kInputConstants + i] |= where[i] << 4 | (i < step.own_inputs ? 0 : kOperand);
  }
  for (uint32_t i = 0; i < step.chain->steps.size(); ++i) {
    const ChainStep& s = step.chain->steps[i];
    step.spec[kStepConstants + i] = static_cast<uint32_t>(s.op) | s.b << 8 | s.c << 12;
    words[kNumbersWord + 2 * i] = s.p;
    words[kNumbersWord + 2 * i + 1] = s.q;
  }
  step.inputs.insert(step.inputs.begin(), add_words(program, std::move(words)));
  // What a pipeline does not read must be bound all the same.
  step.inputs.resize(1 + kMaxChainInputs, step.inputs[0]);
}

}  // namespace

TensorId add_words(Program& program, std::vector<uint32_t> words) {
  Tensor tensor{
      .dtype = DType::kU32, .dims = {static_cast<int64_t>(words.size())}, .bytes = 4 * words.size(), .fill = {}};
  tensor.fill = [kept = std::move(words)](std::byte* target) { std::memcpy(target, kept.data(), 4 * kept.size()); };
  return program.add(std::move(tensor));
}

void encode(Program& program) {
  for (Step& step : program.steps) {
    encode_forms(program, step);
    if (step.chain) encode_chain(program, step);
  }
}

}  // namespace mortise::vulkan
