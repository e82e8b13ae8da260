// The limit of a session's memory: what it counts, and what it says.
#include "core/host/memory_budget.h"

#include <gmock/gmock.h>

#include <thread>

#include "core/base/system_memory.h"
#include "core/host/host_context.h"
#include "mortise/sdk/host.h"

namespace mortise {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr int64_t kMib = 1 << 20;

TEST(MemoryBudget, CountsWhatLives) {
  const auto budget = std::make_shared<MemoryBudget>(1);
  {
    const auto half = budget->allocate(DType::kF32, {kMib / 8});
    ASSERT_TRUE(half.ok());
    EXPECT_EQ(budget->in_use(), uint64_t{kMib} / 2);
    const auto rest = budget->allocate(DType::kU8, {kMib / 2});
    EXPECT_TRUE(rest.ok());
    EXPECT_FALSE(budget->allocate(DType::kU8, {1}).ok());
  }
  EXPECT_EQ(budget->in_use(), 0u);
  EXPECT_EQ(budget->refusals(), 1u);
}

// A million tensors of a number take far more than their numbers.
TEST(MemoryBudget, CountsSmallBlocksForWhatTheyTake) {
  const auto budget = std::make_shared<MemoryBudget>(1);
  std::vector<Tensor> tensors;
  for (auto made = budget->allocate(DType::kU8, {1}); made.ok(); made = budget->allocate(DType::kU8, {1})) {
    tensors.push_back(*made);
  }
  EXPECT_EQ(tensors.size(), uint64_t{kMib} / MemoryBudget::kLeastBlock);
  tensors.clear();
  EXPECT_EQ(budget->in_use(), 0u);
}

TEST(MemoryBudget, CountsWhatIsTakenElsewhere) {
  const auto budget = std::make_shared<MemoryBudget>(1);
  auto charge = budget->charge(kMib / 2);
  ASSERT_TRUE(charge.ok());
  std::shared_ptr<void> copy = *charge;
  *charge = nullptr;
  EXPECT_EQ(budget->in_use(), uint64_t{kMib} / 2);
  EXPECT_FALSE(budget->charge(kMib).ok());
  copy = nullptr;
  EXPECT_EQ(budget->in_use(), 0u);
}

TEST(MemoryBudget, SaysWhatWasAskedWhatTheLimitIsAndWhatToDo) {
  const auto budget = std::make_shared<MemoryBudget>(1);
  const auto half = budget->allocate(DType::kU8, {kMib / 2});
  const Status status = budget->allocate(DType::kF32, {2, kMib}).status();
  EXPECT_EQ(status.code(), StatusCode::kResourceExhausted);
  EXPECT_THAT(status.message(),
              AllOf(HasSubstr("float32[2, 1048576]"), HasSubstr("8388608 bytes"), HasSubstr("limit of 1048576 bytes"),
                    HasSubstr("of which 524288 are in use and 524288 left"), HasSubstr("session.memory_limit_mib")));
}

TEST(MemoryBudget, IsTheMachinesMemoryByDefault) {
  const MemoryBudget budget(0);
  EXPECT_EQ(budget.limit(), system_memory_bytes());
  EXPECT_THAT(budget.check(budget.limit() + 1).message(), HasSubstr("this machine"));
}

TEST(MemoryBudget, RefusesSizesThatOverflow) {
  const auto budget = std::make_shared<MemoryBudget>(uint64_t{1} << 40);
  EXPECT_FALSE(budget->allocate(UINT64_MAX).ok());
  EXPECT_FALSE(budget->allocate(DType::kF64, {int64_t{1} << 62, 4}).ok());
  EXPECT_FALSE(budget->allocate(DType::kF64, {int64_t{1} << 62, int64_t{1} << 62, 0}).ok());
  EXPECT_EQ(budget->in_use(), 0u);
}

TEST(MemoryBudget, LivesAsLongAsItsTensors) {
  auto budget = std::make_shared<MemoryBudget>(1);
  Tensor tensor = budget->allocate(DType::kU8, {4}).value();
  const std::weak_ptr<MemoryBudget> seen = budget;
  budget.reset();
  EXPECT_FALSE(seen.expired());
  tensor = Tensor();
  EXPECT_TRUE(seen.expired());
}

TEST(MemoryBudget, IsNeverPassedByThreadsTogether) {
  const auto budget = std::make_shared<MemoryBudget>(1);
  std::atomic<bool> passed{false};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 2000; ++i) {
        const auto tensor = budget->allocate(DType::kU8, {kMib / 3});
        if (budget->in_use() > budget->limit()) passed = true;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_FALSE(passed);
  EXPECT_EQ(budget->in_use(), 0u);
}

TEST(HostMemory, GivesProvidersTensorsOutOfTheBudget) {
  HostContext context({.memory_limit_mib = 1});
  const sdk::Host host(context.abi());
  {
    const auto tensor = host.allocate(DType::kString, {3});
    ASSERT_TRUE(tensor.ok());
    EXPECT_EQ(tensor->data<mortise_string_t>()[2].size, 0u);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(tensor->raw()) % Tensor::kAlignment, 0u);
    EXPECT_EQ(context.memory().in_use(), MemoryBudget::kLeastBlock);
  }
  EXPECT_EQ(context.memory().in_use(), 0u);
  const Status status = host.allocate(DType::kF32, {kMib}).status();
  EXPECT_EQ(status.code(), StatusCode::kResourceExhausted);
  EXPECT_THAT(status.message(), AllOf(HasSubstr("float32[1048576]"), HasSubstr("session.memory_limit_mib")));
}

}  // namespace
}  // namespace mortise
