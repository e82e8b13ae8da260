// plan_memory(): no two buffers that live at once overlap, and the arena is close to the least that could do.
#include "mortise/sdk/memory_plan.h"

#include <gtest/gtest.h>

#include <random>

namespace mortise::sdk {
namespace {

using Buffers = std::vector<PlannedBuffer>;

// The most bytes that live at one step: no plan can need less.
uint64_t lower_bound(const Buffers& buffers) {
  std::map<uint32_t, int64_t> change;
  for (const PlannedBuffer& b : buffers) {
    change[b.first] += static_cast<int64_t>(align_up(b.size));
    change[b.last + 1] -= static_cast<int64_t>(align_up(b.size));
  }
  int64_t alive = 0;
  int64_t most = 0;
  for (const auto& [step, c] : change) most = std::max(most, alive += c);
  return static_cast<uint64_t>(most);
}

void expect_disjoint(const Buffers& buffers, uint64_t arena) {
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

// The plans of 300 random graphs are sound, and their arenas at most so many times the bound: each one, and on average.
template <class Make>
void expect_plans(double most, double average, Make&& make) {
  constexpr uint32_t kGraphs = 300;
  double sum = 0;
  for (uint32_t seed = 0; seed < kGraphs; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    Buffers buffers = make(random, 20 + static_cast<uint32_t>(random() % 200));
    const uint64_t arena = plan_memory(buffers);
    expect_disjoint(buffers, arena);
    const double ratio = static_cast<double>(arena) / static_cast<double>(lower_bound(buffers));
    EXPECT_GE(ratio, 1);
    EXPECT_LE(ratio, most);
    sum += ratio;
  }
  EXPECT_LE(sum / kGraphs, average);
}

TEST(MemoryPlan, ChainsOfRandomSizesReachTheBound) {
  expect_plans(1.0, 1.0, [](std::mt19937& random, uint32_t steps) {
    Buffers buffers;
    for (uint32_t i = 0; i < steps; ++i) buffers.push_back({.size = random() % 50'000, .first = i, .last = i + 1});
    return buffers;
  });
}

TEST(MemoryPlan, ShortAndLongLivesStayNearTheBound) {
  expect_plans(1.2, 1.035, [](std::mt19937& random, uint32_t steps) {
    Buffers buffers;
    for (uint32_t i = 0; i < steps; ++i) {
      const auto life = static_cast<uint32_t>(random() % 10 == 0 ? random() % 200 : 1 + random() % 8);
      buffers.push_back({.size = random() % 50'000, .first = i, .last = std::min(steps, i + life)});
    }
    return buffers;
  });
}

TEST(MemoryPlan, RandomGraphsStayNearTheBound) {
  expect_plans(1.2, 1.035, [](std::mt19937& random, uint32_t steps) {
    Buffers buffers;
    for (uint32_t step = 0; step < steps; ++step) {
      for (auto read = random() % 3 + 1; read != 0 && !buffers.empty(); --read) {
        const size_t window = random() % 2 != 0 ? 4 : buffers.size();
        buffers[buffers.size() - 1 - random() % std::min(window, buffers.size())].last = step;
      }
      for (auto written = random() % 2 + 1; written != 0; --written) {
        buffers.push_back({.size = (random() % 64 + 1) << (random() % 10), .first = step, .last = step});
      }
    }
    return buffers;
  });
}

TEST(MemoryPlan, ResidualNetworksStayNearTheBound) {
  expect_plans(1.2, 1.035, [](std::mt19937& random, uint32_t steps) {
    Buffers buffers;
    const uint64_t base = 64 * (1 + random() % 1000);
    for (uint32_t i = 0; i < steps; ++i) {
      const uint32_t life = random() % 4 == 0 ? 4 : 1;
      buffers.push_back({.size = base << (random() % 4), .first = i, .last = std::min(steps, i + life)});
    }
    return buffers;
  });
}

TEST(MemoryPlan, ManyBuffersAreCheap) {
  Buffers chain, together, nested;
  std::mt19937 random(7);
  for (uint32_t i = 0; i < 100'000; ++i) {
    const uint64_t size = 1 + random() % 50'000;
    chain.push_back({.size = size, .first = i, .last = i + 1});
    together.push_back({.size = size, .first = 0, .last = 100'000});
    nested.push_back({.size = size, .first = i, .last = 200'000 - i});
  }
  for (Buffers* buffers : {&chain, &together, &nested}) EXPECT_EQ(plan_memory(*buffers), lower_bound(*buffers));
}

TEST(MemoryPlan, EmptyBuffersTakeNoRoom) {
  Buffers buffers = {{.size = 0, .first = 0, .last = 5}, {.size = 0, .first = 0, .last = 5}};
  EXPECT_EQ(plan_memory(buffers), 0u);
}

TEST(MemoryPlan, SizesBeyondAnyMemoryHaveNoPlan) {
  Buffers buffers(16, {.size = uint64_t{1} << 60, .first = 0, .last = 1});
  EXPECT_EQ(plan_memory(buffers), UINT64_MAX);
  buffers = {{.size = UINT64_MAX, .first = 0, .last = 1}};
  EXPECT_EQ(plan_memory(buffers), UINT64_MAX);
}

}  // namespace
}  // namespace mortise::sdk
