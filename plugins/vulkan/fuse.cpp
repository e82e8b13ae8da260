// SPDX-License-Identifier: Apache-2.0
//
// See fuse.h.
#include "fuse.h"

#include <algorithm>

namespace mortise::vulkan {
namespace {

constexpr uint32_t kNobody = UINT32_MAX;

// The step with its operands exchanged, so that its operand can be the value so far.
std::optional<PointOp> exchanged(PointOp op) {
  switch (op) {
    case PointOp::kAdd:
    case PointOp::kMul:
    case PointOp::kMax:
    case PointOp::kMin:
    case PointOp::kIAdd:
    case PointOp::kIMul:
    case PointOp::kIMax:
    case PointOp::kIMin:
    case PointOp::kAnd:
    case PointOp::kOr:
    case PointOp::kXor:
    case PointOp::kEqual:
    case PointOp::kSame:
      return op;
    case PointOp::kSub:
      return PointOp::kRSub;
    case PointOp::kRSub:
      return PointOp::kSub;
    case PointOp::kDiv:
      return PointOp::kRDiv;
    case PointOp::kRDiv:
      return PointOp::kDiv;
    case PointOp::kPow:
      return PointOp::kRPow;
    case PointOp::kRPow:
      return PointOp::kPow;
    case PointOp::kLess:
      return PointOp::kGreater;
    case PointOp::kGreater:
      return PointOp::kLess;
    case PointOp::kLessOrEqual:
      return PointOp::kGreaterOrEqual;
    case PointOp::kGreaterOrEqual:
      return PointOp::kLessOrEqual;
    default:
      return std::nullopt;
  }
}

class Fuser {
 public:
  Fuser(Program& program, std::span<const TensorId> outputs) : program_(program) {
    readers_.resize(program.tensors.size(), 0);
    writer_.resize(program.tensors.size(), kNobody);
    for (uint32_t i = 0; i < program.steps.size(); ++i) {
      for (const TensorId input : program.steps[i].inputs) ++readers_[program.root_of(input)];
      for (const TensorId output : program.steps[i].outputs) writer_[program.root_of(output)] = i;
    }
    for (const TensorId output : outputs) ++readers_[program.root_of(output)];
  }

  void run() {
    for (uint32_t i = 0; i < program_.steps.size(); ++i) {
      Step& step = program_.steps[i];
      if (step.shader != Shader::pointwise) continue;
      if (!take_in(i, 0) && begins_with_pair(step) && exchange(step)) {
        if (!take_in(i, 0)) exchange(step);
      }
    }
    std::erase_if(program_.steps, [](const Step& step) { return step.outputs.empty(); });
  }

 private:
  // True for "load one input, then combine it with another".
  static bool begins_with_pair(const Step& step) {
    const auto& steps = step.chain->steps;
    return steps.size() >= 2 && steps[0].op == PointOp::kLoad && steps[0].b == 0 && steps[1].b == 1 &&
           steps[1].c == ChainStep::kNumber && step.inputs.size() == 2;
  }

  static bool exchange(Step& step) {
    const auto other = exchanged(step.chain->steps[1].op);
    if (!other) return false;
    step.chain->steps[1].op = *other;
    std::swap(step.inputs[0], step.inputs[1]);
    return true;
  }

  // Puts the step that writes input `index` of step `at`, and that nobody else reads, in front of its chain.
  bool take_in(uint32_t at, uint32_t index) {
    Step& step = program_.steps[at];
    const auto& own = step.chain->steps;
    if (own.empty() || own[0].op != PointOp::kLoad || own[0].b != index) return false;
    const TensorId value = step.inputs[index];
    const uint32_t writer = writer_[value];
    if (program_.root_of(value) != value || writer == kNobody || readers_[value] != 1) return false;
    Step& before = program_.steps[writer];
    if (!before.chain || before.outputs.size() != 1 || before.outputs[0] != value) return false;
    const Tensor &from = program_.tensors[value], &to = program_.tensors[step.outputs[0]];
    if (from.dims != to.dims) return false;
    if (before.shader != Shader::pointwise && to.dtype != DType::kF32) return false;
    // A chain keeps a half or a byte as 32 bits; storing and loading it again would have rounded it.
    if (from.dtype != DType::kF32 && from.dtype != DType::kBool && from.dtype != DType::kI32) return false;

    std::vector<TensorId> inputs = before.inputs;
    std::vector<ChainStep> steps = before.chain->steps;
    const auto operand = [&](uint32_t which) {
      if (which == ChainStep::kNumber) return which;
      const TensorId wanted = step.inputs[which];
      const auto found = std::find(inputs.begin() + before.own_inputs, inputs.end(), wanted);
      if (found != inputs.end()) return static_cast<uint32_t>(found - inputs.begin());
      inputs.push_back(wanted);
      return static_cast<uint32_t>(inputs.size() - 1);
    };
    for (size_t i = 1; i < own.size(); ++i) {
      ChainStep moved = own[i];
      moved.b = operand(moved.b);
      moved.c = operand(moved.c);
      steps.push_back(moved);
    }
    if (inputs.size() > kMaxChainInputs || steps.size() > kMaxChainSteps) return false;
    merge(before, step, std::move(inputs), std::move(steps), at);
    return true;
  }

  // `step` becomes `before` with a longer chain; `before` goes.
  void merge(Step& before, Step& step, std::vector<TensorId> inputs, std::vector<ChainStep> steps, uint32_t at) {
    Step merged = before;
    merged.name += "+" + step.name;
    merged.nodes.insert(merged.nodes.end(), step.nodes.begin(), step.nodes.end());
    merged.outputs = step.outputs;
    merged.inputs = std::move(inputs);
    merged.chain->steps = std::move(steps);
    before.outputs.clear();
    step = std::move(merged);
    writer_[program_.root_of(step.outputs[0])] = at;
  }

  Program& program_;
  std::vector<uint32_t> readers_;  // by root; an output of the program counts as one
  std::vector<uint32_t> writer_;   // by root
};

}  // namespace

void fuse(Program& program, std::span<const TensorId> outputs) { Fuser(program, outputs).run(); }

}  // namespace mortise::vulkan
