#include "core/run/branches.h"

#include <algorithm>

#include "core/plan/work.h"
#include "core/run/executor.h"

namespace mortise::run {
namespace {

// Of control flow: of each body once.
struct Size {
  double work = 0;
  bool on_device = false;

  void add(const Program& program, const Step& step) {
    if (step.control_flow != nullptr) {
      for (const ControlFlow::Body& body : step.control_flow->bodies) {
        const Program& inner = body.executor->program();
        for (const Step& inner_step : inner.steps) add(inner, inner_step);
      }
      return;
    }
    if (step.session->provider().async_run() != nullptr) on_device = true;
    for (const NodeId node : step.nodes) work += plan::estimated_work(*program.graph, node);
  }
};

bool is_sizable(const Program& program, const Step& step) {
  Size size;
  size.add(program, step);
  return size.on_device || size.work >= kParallelWork;
}

void insert(std::vector<uint64_t>& steps, uint32_t step) { steps[step / 64] |= uint64_t{1} << (step % 64); }

}  // namespace

// The sizable steps met so far form a chain, each after the one before it; `latest` says for every step how many of
// them it comes after. A sizable step that does not come after all of them can run beside the last.
bool has_parallel_steps(const Program& program) {
  if (program.steps.size() > kMaxParallelSteps || program.slots.size() > kMaxParallelSlots) return false;
  std::vector<uint32_t> latest(program.steps.size(), 0);
  uint32_t length = 0;
  for (uint32_t index = 0; index < program.steps.size(); ++index) {
    const Step& step = program.steps[index];
    if (is_sizable(program, step)) {
      if (latest[index] != length) return true;
      latest[index] = ++length;
    }
    for (const uint32_t successor : step.successors) latest[successor] = std::max(latest[successor], latest[index]);
  }
  return false;
}

SlotOrder::SlotOrder(const Program& program) : program_(program) {
  const size_t words = (program.steps.size() + 63) / 64;
  ancestors_.assign(program.steps.size(), Steps(words));
  users_.assign(program.slots.size(), Steps(words));
  for (uint32_t index = 0; index < program.steps.size(); ++index) {
    const Step& step = program.steps[index];
    for (const uint32_t successor : step.successors) {
      Steps& target = ancestors_[successor];
      for (size_t word = 0; word < words; ++word) target[word] |= ancestors_[index][word];
      insert(target, index);
    }
    for (const uint32_t slot : step.inputs) {
      if (slot != kNoSlot) insert(users_[slot], index);
    }
    for (const uint32_t slot : step.outputs) {
      if (slot != kNoSlot) insert(users_[slot], index);
    }
  }
}

bool SlotOrder::dies_before(uint32_t a, uint32_t b) const {
  const Steps& before = ancestors_[program_.slots[b].producer];
  for (size_t word = 0; word < before.size(); ++word) {
    if ((users_[a][word] & ~before[word]) != 0) return false;
  }
  return true;
}

}  // namespace mortise::run
