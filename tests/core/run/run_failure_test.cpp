// When a provider fails in a run: every row of the failure table, by default and with on_failure "error".
//
// After each the model's results are those of the reference provider, one line at warning level says what happened, and
// the placement tells why.
#include <gmock/gmock.h>

#include <thread>

#include "tests/core/run/failing_digits.h"
#include "tests/support/model_text.h"

namespace mortise::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// --- run(): transient

TEST(TransientFailure, IsRepeated) {
  for (const OnFailure on_failure : {OnFailure::kFallback, OnFailure::kError}) {
    for (const ProviderConfig& provider :
         {npu(R"({"transient_at": 2, "precision": "fp32"})"), patch('a', R"({"fault": "transient", "fault_at": 2})")}) {
      Digits digits(with(provider, on_failure));
      digits.expect_right(5);
      EXPECT_THAT(digits.warnings(), ElementsAre(HasSubstr("(attempt 1 of 3)")));
      EXPECT_EQ(digits.problem(provider.id), "");
    }
  }
}

TEST(TransientFailure, IsRepeatedABoundedNumberOfTimes) {
  const ProviderConfig busy = patch('a', R"({"fault": "busy"})");
  Digits digits(with(busy));
  digits.expect_right();
  EXPECT_THAT(digits.warnings(), ElementsAre(HasSubstr("(attempt 1 of 3)"), HasSubstr("(attempt 2 of 3)"),
                                             HasSubstr("is given no more work")));
  EXPECT_THAT(digits.problem(busy.id), HasSubstr("the bus is busy"));

  Digits strict(with(busy, OnFailure::kError));
  ASSERT_TRUE(strict.status().ok());
  EXPECT_THAT(strict.run(0).status().message(), AllOf(HasSubstr("the bus is busy"), HasSubstr("'conv1' (Conv)")));
}

// --- run(): lost devices and other failures

const std::vector<Fault> kRunFaults = {
    {npu(R"({"device_lost_at": 1, "precision": "fp32"})"), "the device was lost in run 1"},
    {npu(R"({"device_lost_at": 4, "precision": "fp32"})"), "the device was lost in run 4"},
    {npu(R"({"fail_run_at": 2, "precision": "fp32"})"), "run 2 failed"},
    {patch('a', R"({"fault": "lost", "fault_at": 2, "claim_percent": 60})"), "the device has gone"},
    {patch('a', R"({"fault": "internal", "fault_at": 3, "claim_percent": 60})"), "the device has stalled"},
    {patch('a', R"({"fault": "no memory", "fault_at": 2})"), "the device's memory is full"},
    {patch('a', R"({"fault": "throw", "fault_at": 2})"), "a bug"},
    {patch('a', R"({"fault": "blame input", "fault_at": 2, "claim_percent": 60})"), "the input is too bright"},
    {broken("run_throws"), "an exception escaped"},
    {broken("run_gives_odd_status"), "status 77"},
    {broken("run_ends_no_message"), "xxxxxxxx"},
};

TEST(RunThatFails, GoesOnWithoutTheProvider) {
  for (const Fault& fault : kRunFaults) {
    SCOPED_TRACE(fault.reason);
    Digits digits(with(fault.provider));
    digits.expect_right(6);
    EXPECT_THAT(digits.warnings(), ElementsAre(AllOf(HasSubstr(fault.reason), HasSubstr("is given no more work"))));
    EXPECT_THAT(digits.problem(fault.provider.id), HasSubstr(fault.reason));
    EXPECT_EQ(digits.nodes()[fault.provider.id], 0u);
    for (const NodePlacement& node : digits.session().placement().graph.nodes) {
      EXPECT_THAT(node.verdicts[0].text, HasSubstr("failed at run: ")) << node.name;
    }
  }
}

TEST(RunThatFails, NamesSegmentAndNodesWhereThatIsAnError) {
  for (const Fault& fault : kRunFaults) {
    SCOPED_TRACE(fault.reason);
    Digits digits(with(fault.provider, OnFailure::kError));
    ASSERT_TRUE(digits.status().ok()) << digits.status().message();
    Status status;
    for (int i = 0; i < 5 && status.ok(); ++i) status = digits.run(i).status();
    EXPECT_THAT(status.message(),
                AllOf(HasSubstr(fault.provider.id), HasSubstr(fault.reason), HasSubstr("(running node '")));
    EXPECT_THAT(digits.warnings(), IsEmpty());
  }
}

TEST(RunThatFails, GivesItsNodesToTheNextClaimant) {
  Config config = with(npu(R"({"device_lost_at": 2, "precision": "fp32"})"));
  config.providers.push_back(patch('b', "{}"));
  Digits digits(config);
  digits.expect_right();
  EXPECT_EQ(digits.nodes()["org.mortise.reference"], 0u);
  EXPECT_GT(digits.nodes()["org.mortise.test.patch-b"], 5u);
}

TEST(RunThatFails, MayTakeOneProviderAfterTheOther) {
  Config config = with(npu(R"({"device_lost_at": 2, "precision": "fp32"})"));
  config.providers.push_back(patch('a', R"({"fault": "internal", "fault_at": 1})"));
  config.providers.push_back(patch('b', R"({"fault": "throw", "fault_at": 4})"));
  Digits digits(config);
  digits.expect_right(8);
  EXPECT_THAT(digits.warnings(), SizeIs(3));
  EXPECT_EQ(digits.nodes()["org.mortise.reference"], digits.session().placement().nodes);
}

TEST(RunThatFails, IsNotOneThatWasLateOrCancelled) {
  Digits digits(with(npu(R"({"delay_us": 60000000})")));
  ASSERT_TRUE(digits.status().ok()) << digits.status().message();
  const std::vector<Value> inputs = {Tensor::allocate(DType::kF32, {1, 1, 8, 8}).value()};
  std::vector<Value> outputs(1);
  EXPECT_EQ(digits.session().run(inputs, outputs, {.deadline = std::chrono::milliseconds(5)}).code(),
            StatusCode::kDeadlineExceeded);
  std::atomic<bool> cancel{false};
  std::thread other([&] { cancel = true; });
  EXPECT_EQ(digits.session().run(inputs, outputs, {.cancel = &cancel}).code(), StatusCode::kCancelled);
  other.join();
  EXPECT_THAT(digits.warnings(), IsEmpty());
  EXPECT_EQ(digits.problem("org.mortise.mock-npu"), "");
}

TEST(RunThatFails, IsRecoveredFromOnceForAllConcurrentRuns) {
  for (int round = 0; round < 10; ++round) {
    Digits digits(with(npu(concat(R"({"device_lost_at": )", 2 + round, R"(, "precision": "fp32"})"))));
    ASSERT_TRUE(digits.status().ok()) << digits.status().message();
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) threads.emplace_back([&] { digits.expect_right(4); });
    for (std::thread& thread : threads) thread.join();
    EXPECT_THAT(digits.warnings(), ElementsAre(HasSubstr("is given no more work")));
    EXPECT_EQ(digits.nodes()["org.mortise.mock-npu"], 0u);
  }
}

// --- Outputs of a shape that only the run knows

Result<Session> load_text(const std::string& graph, Config config, LogSink sink = {}) {
  const std::string bytes = model_of_graph(graph);
  return Session::load(
      LoadInput{.bytes = std::as_bytes(std::span(bytes)), .config = std::move(config), .log_sink = std::move(sink)});
}

const std::string kVector = "type { tensor_type { elem_type: 1 shape { dim { dim_value: 4 } } } } ";

TEST(RunThatFails, IncludesOneThatGivesNoOutput) {
  for (const char* plugin : {"run_gives_no_output", "run_asks_for_nonsense"}) {
    LogLines lines;
    auto session = load_text("input { name: 'x' " + kVector + "} node { op_type: 'NonZero' input: 'x' output: 'y' } " +
                                 "output { name: 'y' }",
                             with(broken(plugin)), lines.sink(Severity::kWarning));
    ASSERT_TRUE(session.ok()) << session.status().message();
    const auto outputs = session->run({{"x", Tensor::of<float>({4}, {0, 1, 0, 2})}});
    ASSERT_TRUE(outputs.ok()) << outputs.status().message();
    EXPECT_THAT(outputs->at("y").tensor.elements<int64_t>(), ElementsAre(1, 3));
    EXPECT_THAT(lines.lines(), ElementsAre(HasSubstr("is given no more work"))) << plugin;
  }
}

// --- Input that every provider refuses

// An index out of range is the caller's fault: no provider is put into quarantine for it.
TEST(BadInput, CostsNoProviderItsWork) {
  const std::string index = "type { tensor_type { elem_type: 7 shape { dim { dim_value: 1 } } } } ";
  const std::string graph = "input { name: 'x' " + kVector + "} input { name: 'i' " + index + "} " +
                            "node { op_type: 'Gather' input: ['x', 'i'] output: 'g' } " +
                            "node { op_type: 'Neg' input: 'g' output: 'y' } output { name: 'y' }";
  Config config = with(patch('a', "{}"));
  config.providers.push_back(patch('b', "{}"));
  LogLines lines;
  auto session = load_text(graph, config, lines.sink(Severity::kWarning));
  ASSERT_TRUE(session.ok()) << session.status().message();
  const auto run = [&](int64_t at) {
    return session->run({{"x", Tensor::of<float>({4}, {1, 2, 3, 4})}, {"i", Tensor::of<int64_t>({1}, {at})}});
  };
  for (int round = 0; round < 3; ++round) {
    const auto refused = run(4);
    EXPECT_THAT(refused.status().message(), AllOf(HasSubstr("Gather"), HasSubstr("org.mortise.reference")));
    const auto outputs = run(2);
    ASSERT_TRUE(outputs.ok()) << outputs.status().message();
    EXPECT_THAT(outputs->at("y").tensor.elements<float>(), ElementsAre(-3));
  }
  EXPECT_THAT(lines.lines(), IsEmpty());
  const Placement placement = session->placement();
  EXPECT_EQ(placement.providers[0].problem, "");
  EXPECT_EQ(placement.providers[0].nodes, 2u);
}

TEST(BadInput, IsRefusedByOneProviderWhereARuleForbidsTheOthers) {
  Config config = with(patch('a', R"({"fault": "blame input", "fault_at": 1})"));
  config.require.push_back({.provider = "org.mortise.test.patch-a", .op = "Conv"});
  Digits digits(config);
  ASSERT_TRUE(digits.status().ok()) << digits.status().message();
  EXPECT_THAT(digits.run(0).status().message(), HasSubstr("the input is too bright"));
  EXPECT_EQ(digits.problem("org.mortise.test.patch-a"), "");
  digits.expect_right();
}

// --- Asynchronous runs

TEST(AsynchronousRun, IsCompletedOnceHoweverOftenThePluginSaysSo) {
  for (const char* plugin : {"completes_twice", "completes_and_fails"}) {
    auto session = load_text("input { name: 'x' " + kVector + "} node { op_type: 'Neg' input: 'x' output: 'y' } " +
                                 "output { name: 'y' " + kVector + "}",
                             with(broken(plugin)), [](Severity, std::string_view) {});
    ASSERT_TRUE(session.ok()) << session.status().message();
    for (int i = 0; i < 3; ++i) {
      const auto outputs = session->run({{"x", Tensor::of<float>({4}, {1, 2, 3, 4})}});
      ASSERT_TRUE(outputs.ok()) << outputs.status().message();
      EXPECT_THAT(outputs->at("y").tensor.elements<float>(), ElementsAre(-1, -2, -3, -4)) << plugin;
    }
    EXPECT_EQ(session->placement().providers[0].nodes, 1u);
  }
}

// --- Promises

TEST(RequireRule, TurnsALostDeviceIntoAnError) {
  Config config = with(npu(R"({"device_lost_at": 1})"));
  config.require.push_back({.provider = "org.mortise.mock-npu", .op = "Conv"});
  Digits digits(config);
  ASSERT_TRUE(digits.status().ok()) << digits.status().message();
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(digits.run(i).status().message(),
                AllOf(HasSubstr("the device was lost"), HasSubstr("require rule"), HasSubstr("'conv1' (Conv)")));
  }
  EXPECT_THAT(digits.warnings(), SizeIs(1));
}

}  // namespace
}  // namespace mortise::test
