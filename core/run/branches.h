// Branches: whether steps of a program are worth running at the same time, and which memory they can then share.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/run/program.h"

namespace mortise::run {

// Programs of more steps run one step after the other: what follows is quadratic in the steps.
inline constexpr size_t kMaxParallelSteps = 1024;
// The memory for them is planned in the square of the slots.
inline constexpr size_t kMaxParallelSlots = 4096;

// Operations (plan::estimated_work) from which a step on the host's threads is worth a task of its own: below some tens
// of microseconds, waking a second thread costs more than it gains. bench_overhead, Branches, shows it.
inline constexpr double kParallelWork = 200'000;

// True if two steps could run at the same time of which each runs on a device (asynchronously) or is work enough for a
// task. The program is complete but for `parallel`. Linear.
bool has_parallel_steps(const Program& program);

// Which slots may share memory when steps run as soon as their inputs are there: one must be dead, its producer and all
// its readers done, before the other's producer can start.
class SlotOrder {
 public:
  explicit SlotOrder(const Program& program);
  // For slots that steps produce.
  bool may_share(uint32_t a, uint32_t b) const { return dies_before(a, b) || dies_before(b, a); }

 private:
  using Steps = std::vector<uint64_t>;  // a set, one bit per step
  bool dies_before(uint32_t a, uint32_t b) const;

  const Program& program_;
  std::vector<Steps> ancestors_;  // per step: those that must have run before it starts
  std::vector<Steps> users_;      // per slot: producer and readers
};

}  // namespace mortise::run
