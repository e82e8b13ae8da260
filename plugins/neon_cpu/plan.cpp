// SPDX-License-Identifier: Apache-2.0
//
// See plan.h. Values that share their elements (views) are one group, named by the value that is written, its root. A
// group lives in the arena, or where the host wants it if one of its values is an output of the segment.
#include "plan.h"

#include <cstring>
#include <numeric>

#include "cost.h"
#include "mortise/sdk/memory_plan.h"

namespace mortise::neon {
namespace {

// Waking a sleeping thread of the host costs tens of microseconds; a segment below this runs on the caller's thread.
constexpr double kParallelNs = 100'000;

class Planner {
 public:
  Planner(const Program& program, uint32_t max_workers) : program_(program), max_workers_(max_workers) {}

  Result<std::shared_ptr<const Plan>> run(std::vector<Shape> input_shapes) {
    plan_->input_shapes = std::move(input_shapes);
    MORTISE_TRY(infer_shapes());
    find_homes();
    for (uint32_t i = 0; i < program_.steps.size(); ++i) {
      if (program_.steps[i].op->is_view()) continue;
      if (Status status = add_step(i); !status.ok()) {
        return std::move(status).context(program_.steps[i].name).at_node(program_.steps[i].nodes.back());
      }
    }
    for (const auto& [from, to] : copies_) add_copy(from, to);
    MORTISE_TRY(place_in_arena());
    locate_operands();
    for (const PlannedCall& planned : plan_->calls) plan_->ns += planned.call.ns();
    plan_->parallel = plan_->ns >= kParallelNs;
    return std::shared_ptr<const Plan>(std::move(plan_));
  }

 private:
  Status infer_shapes() {
    shapes_.resize(program_.values.size());
    bytes_.resize(program_.values.size());
    for (uint32_t v = 0; v < program_.values.size(); ++v) {
      const Value& value = program_.values[v];
      if (value.origin == Origin::kInput) shapes_[v] = plan_->input_shapes[value.port];
      if (value.origin == Origin::kConstant) shapes_[v] = value.constant_shape;
      if (value.origin != Origin::kComputed) MORTISE_TRY(measure(v));
    }
    std::vector<Shape> in, out;
    for (const Step& step : program_.steps) {
      in.clear();
      for (const uint32_t v : step.inputs) in.push_back(shapes_[v]);
      out.assign(step.outputs.size(), Shape());
      if (Status status = step.op->infer(in, out); !status.ok()) {
        return std::move(status).context(step.name).at_node(step.nodes.back());
      }
      for (size_t i = 0; i < out.size(); ++i) {
        shapes_[step.outputs[i]] = std::move(out[i]);
        if (Status status = measure(step.outputs[i]); !status.ok()) {
          return std::move(status).context(step.name).at_node(step.nodes.back());
        }
      }
    }
    for (const uint32_t v : program_.outputs) plan_->output_shapes.push_back(shapes_[v]);
    return {};
  }

  Status measure(uint32_t v) {
    MORTISE_ASSIGN(bytes_[v], Tensor::storage_size(program_.values[v].dtype, shapes_[v]));
    return {};
  }

  // Roots, and for those that do not live in the arena their place. Further outputs of a group are copied at the end.
  void find_homes() {
    const auto count = static_cast<uint32_t>(program_.values.size());
    root_.resize(count);
    std::iota(root_.begin(), root_.end(), 0u);
    for (const Step& step : program_.steps) {
      if (step.op->is_view()) root_[step.outputs[0]] = root_[step.inputs[0]];
    }
    home_.assign(count, {});
    const auto num_inputs = static_cast<uint32_t>(program_.inputs.size());
    for (uint32_t v = 0; v < count; ++v) {
      const Value& value = program_.values[v];
      if (value.origin == Origin::kInput) home_[v] = Location{kFirstPortBase + value.port, 0};
      if (value.origin == Origin::kConstant)
        home_[v] = Location{kAddressBase, reinterpret_cast<uintptr_t>(value.constant)};
    }
    for (uint32_t port = 0; port < program_.outputs.size(); ++port) {
      const uint32_t v = program_.outputs[port];
      const Location place{kFirstPortBase + num_inputs + port, 0};
      if (home_[root_[v]]) {
        copies_.emplace_back(v, place);
      } else {
        home_[root_[v]] = place;
      }
    }
    buffers_.assign(count, {});
  }

  Status add_step(uint32_t index) {
    const Step& step = program_.steps[index];
    PlannedCall& planned = plan_->calls.emplace_back();
    planned.step = index;
    planned.num_inputs = static_cast<uint32_t>(step.inputs.size());
    std::vector<Shape> in, out;
    for (const uint32_t v : step.inputs) in.push_back(shapes_[v]);
    for (const uint32_t v : step.outputs) out.push_back(shapes_[v]);
    step.op->plan(in, out, planned.call);
    const auto now = static_cast<uint32_t>(plan_->calls.size() - 1);
    for (const uint32_t v : step.outputs) {
      if (!home_[root_[v]]) buffers_[root_[v]] = {.size = bytes_[v], .first = now, .last = now};
    }
    for (const uint32_t v : step.inputs) buffers_[root_[v]].last = now;
    return planned.call.status;
  }

  void add_copy(uint32_t value, Location target) {
    PlannedCall& planned = plan_->calls.emplace_back();
    for (uint32_t i = 0; i < program_.steps.size(); ++i) {
      for (const uint32_t v : program_.steps[i].outputs) {
        if (v == value) planned.step = i;
      }
    }
    planned.num_inputs = 1;
    planned.operands = {*home_[root_[value]], target};
    planned.call.split(bytes_[value], 1 / kBytesPerNs, [](const Operands& operands, uint64_t begin, uint64_t end) {
      std::memcpy(operands.out<char>() + begin, operands.in<char>(0) + begin, end - begin);
    });
  }

  // One buffer per root, then for every call its temporary and its scratch.
  Status place_in_arena() {
    const size_t first_of_calls = buffers_.size();
    for (uint32_t now = 0; now < plan_->calls.size(); ++now) {
      const Call& call = plan_->calls[now].call;
      buffers_.push_back({.size = call.temporary_bytes, .first = now, .last = now});
      buffers_.push_back({.size = sdk::align_up(call.scratch_bytes) * max_workers_, .first = now, .last = now});
    }
    plan_->arena_bytes = sdk::plan_memory(buffers_);
    if (plan_->arena_bytes == UINT64_MAX) {
      return Status(StatusCode::kResourceExhausted,
                    "the intermediate values of the segment are larger than any memory");
    }
    for (uint32_t now = 0; now < plan_->calls.size(); ++now) {
      plan_->calls[now].temporary = buffers_[first_of_calls + size_t{2} * now].offset;
      plan_->calls[now].scratch = buffers_[first_of_calls + size_t{2} * now + 1].offset;
    }
    return {};
  }

  void locate_operands() {
    const auto locate = [&](uint32_t v) {
      return home_[root_[v]] ? *home_[root_[v]] : Location{kArenaBase, buffers_[root_[v]].offset};
    };
    for (PlannedCall& planned : plan_->calls) {
      if (planned.operands.empty()) {  // not a copy
        const Step& step = program_.steps[planned.step];
        for (const uint32_t v : step.inputs) planned.operands.push_back(locate(v));
        for (const uint32_t v : step.outputs) planned.operands.push_back(locate(v));
      }
      plan_->max_operands = std::max(plan_->max_operands, static_cast<uint32_t>(planned.operands.size()));
    }
  }

  const Program& program_;
  const uint32_t max_workers_;
  std::shared_ptr<Plan> plan_ = std::make_shared<Plan>();
  std::vector<Shape> shapes_;  // per value, as all below
  std::vector<uint64_t> bytes_;
  std::vector<uint32_t> root_;
  std::vector<std::optional<Location>> home_;  // of roots outside the arena
  std::vector<sdk::PlannedBuffer> buffers_;
  std::vector<std::pair<uint32_t, Location>> copies_;
};

}  // namespace

Result<std::shared_ptr<const Plan>> make_plan(const Program& program, std::vector<Shape> input_shapes,
                                              uint32_t max_workers) {
  return Planner(program, max_workers).run(std::move(input_shapes));
}

}  // namespace mortise::neon
