// SPDX-License-Identifier: Apache-2.0
//
// See plan.h.
#include "plan.h"

#include <algorithm>

#include "fuse.h"
#include "mortise/sdk/memory_plan.h"
#include "storage.h"

namespace mortise::vulkan {
namespace {

// The bytes of a tensor as whole words, in the same memory.
TensorId words_of(Program& program, TensorId tensor) {
  const auto count = static_cast<int64_t>((program.tensors[tensor].bytes + 3) / 4);
  const TensorId root = program.root_of(tensor);
  const TensorId made =
      program.add({.dtype = DType::kU32, .dims = {count}, .bytes = 4 * static_cast<uint64_t>(count), .fill = {}});
  program.tensors[made].root = root;
  return made;
}

void add_copy(Program& program, TensorId to, TensorId from, const Target& target) {
  // A float32 may yet be stored in 16 bits.
  const bool converts = program.tensors[from].dtype == DType::kF32;
  const TensorId source = converts ? from : words_of(program, from), copy = converts ? to : words_of(program, to);
  const auto count = static_cast<uint64_t>(program.tensors[copy].dims.num_elements());
  constexpr uint64_t kPerGroup = uint64_t{4} * Lowering::kGroup;
  const uint64_t groups = (count + kPerGroup - 1) / kPerGroup;
  const uint64_t row = std::min<uint64_t>(groups, target.limits.groups);
  program.steps.push_back({.shader = Shader::pointwise,
                           .name = "copy",
                           .nodes = {},
                           .spec = {Lowering::kGroup},
                           .outputs = {copy},
                           .inputs = {source},
                           .push = {static_cast<uint32_t>(count)},
                           .groups = {static_cast<uint32_t>(row), static_cast<uint32_t>((groups + row - 1) / row)},
                           .chain = Chain{{with_input(PointOp::kLoad, 0)}}});
}

class Planner {
 public:
  Planner(const sdk::CompileRequest& request, const Target& target) : request_(request), target_(target) {}

  Result<Plan> run() {
    for (const sdk::NodeId id : request_.nodes()) {
      const auto refusal = lower(request_.graph(), request_.graph().node(id), target_, program());
      if (refusal) return request_.refuse(id, *refusal);
    }
    MORTISE_TRY(find_ports());
    fuse(program(), plan_.outputs);
    place_ports();
    if (target_.storage == Storage::kFloat16) {
      store_in_halves(program(), [this](TensorId root) { return place(root).space != Space::kUnused; });
    }
    encode(program());
    place_weights();
    place_arena();
    return std::move(plan_);
  }

 private:
  Program& program() { return plan_.program; }

  Status find_ports() {
    for (const sdk::ValueId value : request_.inputs()) {
      const auto found = program().of_value.find(value);
      plan_.inputs.push_back(found == program().of_value.end() ? Plan::kNone : found->second);
    }
    for (const sdk::ValueId value : request_.outputs()) {
      const auto found = program().of_value.find(value);
      if (found == program().of_value.end())
        return invalid_argument("Vulkan: no node of the segment writes output value ", value);
      plan_.outputs.push_back(found->second);
    }
    return {};
  }

  Place& place(TensorId tensor) {
    plan_.places.resize(program().tensors.size());
    return plan_.places[tensor];
  }

  void place_ports() {
    for (uint32_t port = 0; port < plan_.inputs.size(); ++port) {
      if (plan_.inputs[port] != Plan::kNone) place(program().root_of(plan_.inputs[port])) = {Space::kInput, port, 0};
    }
    for (uint32_t port = 0; port < plan_.outputs.size(); ++port) {
      TensorId& output = plan_.outputs[port];
      const TensorId root = program().root_of(output);
      if (!program().tensors[root].is_constant() && place(root).space == Space::kUnused) {
        place(root) = {Space::kOutput, port, 0};
        continue;
      }
      const Tensor& source = program().tensors[output];
      const TensorId copy =
          program().add({.dtype = source.dtype, .dims = source.dims, .bytes = source.bytes, .fill = {}});
      add_copy(program(), copy, output, target_);
      place(copy) = {Space::kOutput, port, 0};
      output = copy;
    }
  }

  void place_weights() {
    for (const Step& step : program().steps) {
      for (const TensorId input : step.inputs) {
        const TensorId root = program().root_of(input);
        if (!program().tensors[root].is_constant() || place(root).space != Space::kUnused) continue;
        place(root) = {Space::kWeights, 0, plan_.weights_bytes};
        plan_.weights_bytes += sdk::align_up(program().tensors[root].bytes, target_.limits.buffer_alignment);
      }
    }
  }

  // A tensor lives from the step that writes it to the last that reads it.
  void place_arena() {
    std::vector<sdk::PlannedBuffer> planned(program().tensors.size());
    for (uint32_t step = 0; step < program().steps.size(); ++step) {
      for (const TensorId output : program().steps[step].outputs) {
        const TensorId root = program().root_of(output);
        if (place(root).space != Space::kUnused) continue;
        place(root).space = Space::kArena;
        planned[root].first = step;
        planned[root].size = sdk::align_up(program().tensors[root].bytes, target_.limits.buffer_alignment);
      }
      for (const TensorId output : program().steps[step].outputs) planned[program().root_of(output)].last = step;
      for (const TensorId input : program().steps[step].inputs) planned[program().root_of(input)].last = step;
    }
    plan_.arena_bytes = sdk::plan_memory(planned);
    for (TensorId tensor = 0; tensor < planned.size(); ++tensor) {
      if (place(tensor).space == Space::kArena) place(tensor).offset = planned[tensor].offset;
    }
    for (TensorId tensor = 0; tensor < planned.size(); ++tensor) place(tensor) = place(program().root_of(tensor));
  }

  const sdk::CompileRequest& request_;
  const Target& target_;
  Plan plan_;
};

}  // namespace

Result<Plan> make_plan(const sdk::CompileRequest& request, const Target& target) {
  return Planner(request, target).run();
}

}  // namespace mortise::vulkan
