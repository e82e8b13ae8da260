#include "core/run/slots.h"

#include <algorithm>

namespace mortise::run {

void connect(Program& program) {
  const Graph& graph = *program.graph;
  std::vector<uint32_t> slot_of(graph.num_values(), kNoSlot);
  const auto slot = [&](ValueId value) {
    if (value == kNoId) return kNoSlot;
    if (slot_of[value] == kNoSlot) {
      slot_of[value] = static_cast<uint32_t>(program.slots.size());
      program.slots.push_back({.value = value});
      if (graph.constant(value) != nullptr) program.constants.push_back(slot_of[value]);
    }
    return slot_of[value];
  };
  for (const ValueId value : graph.inputs) program.inputs.push_back(slot(value));
  for (ValueId value = 0; value < graph.num_values(); ++value) {
    if (graph.value(value).outer != kNoId) program.inputs.push_back(slot(value));
  }

  for (uint32_t index = 0; index < program.steps.size(); ++index) {
    Step& step = program.steps[index];
    for (uint32_t& input : step.inputs) {
      input = slot(input);
      if (input == kNoSlot) continue;
      Slot& read = program.slots[input];
      read.last = std::max(read.last, index);
      if (read.producer == kNoId) continue;
      std::vector<uint32_t>& successors = program.steps[read.producer].successors;
      if (!successors.empty() && successors.back() == index) continue;
      successors.push_back(index);
      ++step.num_predecessors;
    }
    for (uint32_t& output : step.outputs) {
      output = slot(output);
      if (output == kNoSlot) continue;
      program.slots[output].producer = index;
      program.slots[output].first = program.slots[output].last = index;
    }
  }
  for (const ValueId value : graph.outputs) {
    program.outputs.push_back(slot(value));
    program.slots[program.outputs.back()].is_output = true;
  }
}

void find_homes(Program& program) {
  const auto offer = [&](uint32_t index, uint32_t provider, uint32_t kind) {
    if (kind == MORTISE_MEMORY_HOST) return;
    const mortise_memory_kind_t* memory = program.providers[provider]->find_memory(kind);
    if ((memory->flags & MORTISE_MEMORY_HOST_VISIBLE) == 0 || memory->alignment < Tensor::kAlignment) return;
    Slot& slot = program.slots[index];
    if (slot.producer == kNoId || slot.is_output || slot.home_kind != MORTISE_MEMORY_HOST) return;
    slot.home_provider = provider;
    slot.home_kind = kind;
  };
  for (const Step& step : program.steps) {
    if (step.session == nullptr) continue;
    for (size_t i = 0; i < step.inputs.size(); ++i) offer(step.inputs[i], step.provider, step.input_kinds[i]);
    for (size_t i = 0; i < step.outputs.size(); ++i) offer(step.outputs[i], step.provider, step.output_kinds[i]);
  }
}

}  // namespace mortise::run
