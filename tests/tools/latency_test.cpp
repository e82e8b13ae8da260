// The arithmetic of `mortise bench`.
#include "tools/mortise/latency.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <numeric>
#include <vector>

namespace mortise::tool {
namespace {

using testing::HasSubstr;

TEST(Latency, IsADistributionByNearestRank) {
  std::vector<uint64_t> runs(200);
  std::iota(runs.rbegin(), runs.rend(), 1);  // 200 … 1
  const Latency latency = summarize(runs);
  EXPECT_EQ(latency.min, 1u);
  EXPECT_EQ(latency.median, 100u);
  EXPECT_EQ(latency.mean, 100.5);
  EXPECT_EQ(latency.p90, 180u);
  EXPECT_EQ(latency.p99, 198u);
  EXPECT_EQ(latency.max, 200u);
}

TEST(Latency, OfFewRunsHasTheSlowestAsItsP99) {
  const std::vector<uint64_t> runs = {10, 20, 30, 40, 50, 60, 70, 80, 90, 100};
  EXPECT_EQ(summarize(runs).median, 50u);
  EXPECT_EQ(summarize(runs).p90, 90u);
  EXPECT_EQ(summarize(runs).p99, 100u);
}

TEST(Latency, OfOneRunIsThatRun) {
  const std::vector<uint64_t> runs = {7};
  const Latency latency = summarize(runs);
  EXPECT_EQ(latency.min, 7u);
  EXPECT_EQ(latency.median, 7u);
  EXPECT_EQ(latency.p99, 7u);
  EXPECT_EQ(latency.max, 7u);
  EXPECT_EQ(summarize({}).max, 0u);
}

TEST(Latency, IsWrittenWithThreeDigitsAndAUnit) {
  EXPECT_EQ(time_text(0), "0 ns");
  EXPECT_EQ(time_text(12.34), "12.3 ns");
  EXPECT_EQ(time_text(999), "999 ns");
  EXPECT_EQ(time_text(999.7), "1.00 µs");
  EXPECT_EQ(time_text(1234), "1.23 µs");
  EXPECT_EQ(time_text(99'960), "100 µs");
  EXPECT_EQ(time_text(12'345'678), "12.3 ms");
  EXPECT_EQ(time_text(5e12), "5000 s");
}

TEST(Histogram, CountsEveryRunOnce) {
  std::vector<uint64_t> runs;
  for (uint64_t i = 0; i < 1000; ++i) runs.push_back(1000 + i % 100);
  runs.push_back(1'000'000);
  const std::string text = histogram(runs);
  // The count ends the row.
  size_t sum = 0;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = text.find('\n', begin);
    sum += std::stoul(text.substr(text.rfind(' ', end) + 1, end));
    begin = end + 1;
  }
  EXPECT_EQ(sum, runs.size());
  EXPECT_THAT(text, HasSubstr("1.00 ms"));  // the slowest run ends the last row
}

TEST(Histogram, HasOneRowForRunsThatAreAllTheSame) {
  const std::vector<uint64_t> runs(50, 1000);
  const std::string text = histogram(runs);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
  EXPECT_EQ(histogram({}), "");
}

}  // namespace
}  // namespace mortise::tool
