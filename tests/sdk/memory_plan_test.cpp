// plan_memory(): no two buffers that live at once overlap, and the arena is close to the least that could do.
#include "mortise/sdk/memory_plan.h"

#include <gtest/gtest.h>

#include <random>

namespace mortise::sdk {
namespace {

// The most bytes that live at one step: no plan can need less.
uint64_t lower_bound(const std::vector<PlannedBuffer>& buffers, uint32_t steps) {
  std::vector<int64_t> change(steps + 1, 0);
  for (const PlannedBuffer& b : buffers) {
    change[b.first] += static_cast<int64_t>(align_up(b.size));
    change[b.last + 1] -= static_cast<int64_t>(align_up(b.size));
  }
  int64_t alive = 0;
  int64_t most = 0;
  for (const int64_t c : change) most = std::max(most, alive += c);
  return static_cast<uint64_t>(most);
}

void expect_disjoint(const std::vector<PlannedBuffer>& buffers, uint64_t arena) {
  for (size_t i = 0; i < buffers.size(); ++i) {
    const PlannedBuffer& a = buffers[i];
    EXPECT_EQ(a.offset % kArenaAlignment, 0u);
    EXPECT_LE(a.offset + a.size, arena);
    for (size_t j = 0; j < i; ++j) {
      const PlannedBuffer& b = buffers[j];
      if (a.last < b.first || b.last < a.first || a.size == 0 || b.size == 0) continue;
      EXPECT_TRUE(a.offset + a.size <= b.offset || b.offset + b.size <= a.offset) << i << " and " << j;
    }
  }
}

TEST(MemoryPlan, RandomLifetimesStayDisjointAndNearTheBound) {
  std::mt19937 random(7);
  for (int round = 0; round < 20; ++round) {
    std::vector<PlannedBuffer> buffers;
    const uint32_t steps = 300;
    for (uint32_t i = 0; i < steps; ++i) {
      const auto life = static_cast<uint32_t>(random() % 10 == 0 ? random() % 200 : 1 + random() % 8);
      buffers.push_back({.size = random() % 50000, .first = i, .last = std::min(steps - 1, i + life)});
    }
    const uint64_t arena = plan_memory(buffers);
    expect_disjoint(buffers, arena);
    EXPECT_LE(static_cast<double>(arena), 1.2 * static_cast<double>(lower_bound(buffers, steps)));
  }
}

TEST(MemoryPlan, ChainOfEqualBuffersTakesTwo) {
  std::vector<PlannedBuffer> buffers;
  for (uint32_t i = 0; i < 100'000; ++i) buffers.push_back({.size = 100, .first = i, .last = i + 1});
  EXPECT_EQ(plan_memory(buffers), 2 * align_up(100));
}

TEST(MemoryPlan, EmptyBuffersTakeNoRoom) {
  std::vector<PlannedBuffer> buffers = {{.size = 0, .first = 0, .last = 5}, {.size = 0, .first = 0, .last = 5}};
  EXPECT_EQ(plan_memory(buffers), 0u);
}

}  // namespace
}  // namespace mortise::sdk
