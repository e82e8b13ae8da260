#include "conformance/host/timed_run.h"

#include <gmock/gmock.h>

#include "conformance/cases/abi/workload.h"

namespace mortise::conformance {
namespace {

using testing::ElementsAre;

std::vector<std::string> names_of(const std::vector<Figure>& figures) {
  std::vector<std::string> names;
  for (const Figure& figure : figures) {
    EXPECT_GT(figure.value, 0) << figure.name;
    names.push_back(figure.name);
  }
  return names;
}

// In host memory, and in the memory of a device.
class TimedRunOn : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(, TimedRunOn, testing::Values("", MORTISE_MOCK_NPU));

TEST_P(TimedRunOn, GivesWhatTheOracleGives) {
  Rig rig{Settings{.plugin = GetParam()}};
  Device& device = *rig.device().value();
  const std::unique_ptr<OpGraph> graph = abi::find_workload(device).value();
  const std::unique_ptr<Session> session = abi::compile_all(device, *graph).value();
  const std::unique_ptr<TimedRun> run = TimedRun::prepare(device, *session, graph->graph, graph->inputs).value();
  ASSERT_TRUE(run->copy_in().ok());
  const Result<double> time = run->run();
  ASSERT_TRUE(time.ok()) << time.status().message();
  EXPECT_GT(*time, 0);
  ASSERT_TRUE(run->copy_out().ok());
  EXPECT_EQ(abi::difference(run->outputs(), abi::expected_outputs(rig, *graph).value()), "");
  const bool has_memory = device_memory_of(device) != nullptr;
  EXPECT_EQ(run->bytes_in() > 0, has_memory);
  EXPECT_EQ(run->bytes_out() > 0, has_memory);
  EXPECT_TRUE(rig.host().take_violations().empty());
}

TEST(Perf, GivesFiguresOfWhatIsClaimed) {
  const Catalogue catalogue{Settings{}};
  const Case& product = *catalogue.find("perf-matmul-float32-small");
  Rig reference{Settings{}};
  EXPECT_THAT(names_of(reference.run(product).figures),
              ElementsAre("compile", "cold", "warm", "traffic", "arithmetic"));
  Rig npu{Settings{.plugin = MORTISE_MOCK_NPU}};
  EXPECT_THAT(names_of(npu.run(product).figures),
              ElementsAre("compile", "cold", "warm", "traffic", "arithmetic", "copy-in", "copy-out"));
  const Verdict unclaimed = npu.run(*catalogue.find("perf-tanh-float32-small"));
  EXPECT_EQ(unclaimed.outcome, Outcome::kUnclaimed);
  EXPECT_TRUE(unclaimed.figures.empty());
  EXPECT_FALSE(unclaimed.refusals.empty());
}

}  // namespace
}  // namespace mortise::conformance
