// SPDX-License-Identifier: Apache-2.0
//
// Neighbouring pointwise steps become one program, so that a chain costs one pass over memory. What is between them
// must have the shape of the result: otherwise elements would be computed once per repetition.
#include <algorithm>
#include <optional>

#include "../ops/pointwise.h"
#include "../ops/pointwise_steps.h"
#include "../ops/recognise.h"
#include "pass.h"

namespace mortise::neon {
namespace {

// A register keeps float32, so what is stored between the steps must not round it: float32 itself, and bool, which
// holds nothing but 0 and 1.
bool keeps_registers(Element element) { return element == Element::kF32 || element == Element::kBool; }

struct Joined {
  std::vector<PointwiseStep> steps;
  std::vector<Element> elements;
  std::vector<uint32_t> inputs;  // values
};

// `first` computes `between`, which `second` reads.
std::optional<Joined> join_programs(const Step& first, const Step& second, uint32_t between) {
  Joined joined;
  const auto& a = static_cast<const Pointwise&>(*first.op);
  const auto& b = static_cast<const Pointwise&>(*second.op);
  const auto add_inputs = [&](const Step& step, const Pointwise& program) {
    for (size_t i = 0; i < step.inputs.size(); ++i) {
      const uint32_t v = step.inputs[i];
      if (v == between || std::find(joined.inputs.begin(), joined.inputs.end(), v) != joined.inputs.end()) continue;
      joined.inputs.push_back(v);
      joined.elements.push_back(program.inputs()[i]);
    }
  };
  add_inputs(first, a);
  add_inputs(second, b);
  if (joined.inputs.size() + a.steps().size() + b.steps().size() > kMaxPointwiseRegisters) return std::nullopt;

  Registers moved{};  // of a program's registers, those of the joined one
  uint8_t next = static_cast<uint8_t>(joined.inputs.size());
  const auto add_steps = [&](const Step& step, const Pointwise& program, uint8_t result_before) {
    for (size_t i = 0; i < step.inputs.size(); ++i) {
      const auto found = std::find(joined.inputs.begin(), joined.inputs.end(), step.inputs[i]);
      moved[i] = step.inputs[i] == between ? result_before : static_cast<uint8_t>(found - joined.inputs.begin());
    }
    for (PointwiseStep s : program.steps()) {
      rename_operands(s, moved);
      moved[s.to] = next;
      s.to = next++;
      joined.steps.push_back(s);
    }
    return joined.steps.back().to;
  };
  const uint8_t result = add_steps(first, a, 0);
  add_steps(second, b, result);
  return joined;
}

bool join_with_writer(Rewriter& rewriter, Step& step) {
  for (const uint32_t v : step.inputs) {
    Step* before = rewriter.writer(v);
    if (before == nullptr || rewriter.only_reader(v) != &step) continue;
    const auto* program = dynamic_cast<const Pointwise*>(before->op.get());
    if (program == nullptr || !keeps_registers(program->output()) || !rewriter.same_shape(v, step.outputs[0])) continue;
    auto joined = join_programs(*before, step, v);
    if (!joined) continue;
    const Element output = static_cast<const Pointwise&>(*step.op).output();
    auto op = std::make_unique<Pointwise>(std::move(joined->steps), std::move(joined->elements), output);
    rewriter.join(*before, step, std::move(op), std::move(joined->inputs));
    return true;
  }
  return false;
}

}  // namespace

void fuse_pointwise(Rewriter& rewriter) {
  for (Step& step : rewriter.steps()) {
    if (dynamic_cast<Pointwise*>(step.op.get()) == nullptr) continue;
    while (join_with_writer(rewriter, step)) {
    }
    auto& program = static_cast<Pointwise&>(*step.op);
    std::vector<PointwiseStep> steps = program.steps();
    if (recognise(steps, program.inputs().size())) {
      step.op = std::make_unique<Pointwise>(std::move(steps), program.inputs(), program.output());
    }
  }
}

}  // namespace mortise::neon
