// mortise bench, and traces from the command.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "tests/tools/command_runner.h"

namespace mortise {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;

const std::string kModel = MORTISE_SOURCE_DIR "/examples/digits/digits.onnx";
const std::string kImage = MORTISE_SOURCE_DIR "/examples/digits/sample00-is-2.png";

TEST(BenchCommand, PrintsLatencyProvidersNodesAndCopies) {
  const CommandResult result = run_command("bench " + kModel + " --provider org.mortise.mock-npu --runs 5");
  EXPECT_EQ(result.code, 0) << result.error;
  EXPECT_THAT(result.out, AllOf(HasSubstr("then 5 runs:"), HasSubstr("  median "), HasSubstr("  p99 "),
                                HasSubstr("per run, from 5 profiled runs:"), HasSubstr("  copies to it"),
                                HasSubstr("conv1"), HasSubstr("softmax")));
  EXPECT_THAT(result.error, HasSubstr("placement of "));
}

TEST(BenchCommand, WritesAReportThatAddsUp) {
  const CommandResult result = run_command("bench " + kModel + " --provider org.mortise.mock-npu --threads 1 --input " +
                                           kImage + " --runs 20 --warmup 0 --json b.json");
  EXPECT_EQ(result.code, 0) << result.error;
  const json report = json::parse(read_file(test_folder() / "b.json"));
  EXPECT_EQ(report["model"], kModel);
  const json& latency = report["latency_ns"];
  EXPECT_EQ(latency["runs"], 20);
  EXPECT_EQ(latency["all"].size(), 20u);
  EXPECT_LE(latency["min"], latency["median"]);
  EXPECT_LE(latency["median"], latency["p90"]);
  EXPECT_LE(latency["p90"], latency["p99"]);
  EXPECT_LE(latency["p99"], latency["max"]);
  EXPECT_EQ(report["profiled_runs"], 10);
  EXPECT_EQ(report["dropped_events"], 0);
  std::set<std::string> providers, nodes;
  for (const json& provider : report["providers"]) {
    providers.insert(provider["id"]);
    EXPECT_EQ(provider["segments"].get<int>() % 10, 0);
    if (provider["id"] != "org.mortise.mock-npu") continue;
    // The image goes to the NPU; what comes back is the ten classes.
    EXPECT_EQ(provider["copies_in"]["bytes"], 10 * 64 * 4);
    EXPECT_EQ(provider["copies_out"]["bytes"], 10 * 10 * 4);
  }
  EXPECT_EQ(providers, (std::set<std::string>{"org.mortise.mock-npu", "org.mortise.reference"}));
  for (const json& node : report["nodes"]) {
    nodes.insert(node["name"]);
    if (!node["op"].get<std::string>().empty()) {
      EXPECT_EQ(node["calls"], 10) << node;
    }
  }
  for (const char* name : {"conv1", "relu1", "pool1", "conv2", "relu2", "pool2", "flatten", "fc", "softmax"}) {
    EXPECT_THAT(nodes, Contains(name));
  }
}

TEST(BenchCommand, TellsBadUsageFromBadModels) {
  EXPECT_EQ(run_command("bench").code, 2);
  EXPECT_EQ(run_command("bench " + kModel + " --runs 0").code, 2);
  EXPECT_EQ(run_command("bench " + kModel + " --runs 1 --input nothing=x.npy").code, 2);
  const CommandResult missing = run_command("bench missing.onnx --runs 1");
  EXPECT_EQ(missing.code, 1);
  EXPECT_THAT(missing.error, HasSubstr("missing.onnx"));
  const CommandResult unwritable = run_command("bench " + kModel + " --runs 1 --json no/such/b.json");
  EXPECT_EQ(unwritable.code, 1);
  EXPECT_THAT(unwritable.error, HasSubstr("no/such/b.json: cannot be written"));
}

TEST(RunCommand, WritesATraceOfItsRuns) {
  // The option counts more than the configuration.
  write_file(test_folder() / "c.json", R"({"session": {"profile": "other.json"}})");
  const CommandResult result =
      run_command("run " + kModel + " --config c.json --random 1 --runs 3 --profile run.trace.json");
  EXPECT_EQ(result.code, 0) << result.error;
  const json trace = json::parse(read_file(test_folder() / "run.trace.json"));
  EXPECT_EQ(trace["otherData"]["runs"], 3);
  size_t softmax = 0;
  for (const json& event : trace["traceEvents"]) softmax += event["name"] == "softmax";
  EXPECT_EQ(softmax, 3u);
  EXPECT_FALSE(fs::exists(test_folder() / "other.json"));
}

TEST(RunCommand, SaysThatATraceCannotBeWritten) {
  const CommandResult result = run_command("run " + kModel + " --random 1 --profile no/such/trace.json");
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.error, HasSubstr("no/such/trace.json: the trace cannot be written"));
}

TEST(RunCommand, WritesTheTraceOfTheConfiguration) {
  write_file(test_folder() / "c.json", R"({"session": {"profile": "run.trace.json"}})");
  EXPECT_EQ(run_command("run " + kModel + " --config c.json --random 1 --runs 2").code, 0);
  EXPECT_EQ(json::parse(read_file(test_folder() / "run.trace.json"))["otherData"]["runs"], 2);
}

}  // namespace
}  // namespace mortise
