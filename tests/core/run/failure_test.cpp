// When a provider fails: every row of the failure table, by default and with on_failure "error".
//
// The failures come from the mock NPU's options, from the patchwork plugin and from broken plugins. After each the
// model's results are those of the reference provider, one line at warning level says what happened, and the placement
// tells why.
#include <gmock/gmock.h>

#include <cmath>
#include <thread>

#include "mortise/core/session.h"
#include "tests/support/model_text.h"

namespace mortise {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const std::string kDigits = std::string(MORTISE_SOURCE_DIR) + "/examples/digits/digits.onnx";

struct Lines {
  std::mutex mutex;
  std::vector<std::string> warnings;
  LogSink sink() {
    return [this](Severity severity, std::string_view line) {
      const std::lock_guard lock(mutex);
      if (severity == Severity::kWarning) warnings.emplace_back(line);
    };
  }
};

Config with(ProviderConfig provider, OnFailure on_failure = OnFailure::kFallback) {
  Config config;
  config.providers.push_back(std::move(provider));
  config.providers[0].on_failure = on_failure;
  return config;
}
ProviderConfig npu(std::string options) {
  return {.id = "org.mortise.mock-npu", .library = MORTISE_MOCK_NPU, .options = std::move(options)};
}
ProviderConfig patch(char name, std::string options) {
  return {
      .id = std::string("org.mortise.test.patch-") + name, .library = MORTISE_PATCHWORK, .options = std::move(options)};
}
ProviderConfig broken(const std::string& name) {
  return {.id = "org.mortise.test.plugin", .library = concat(MORTISE_BROKEN_PLUGINS, "/", name, ".so")};
}

// The digits on the reference and on the given providers agree.
class Digits {
 public:
  explicit Digits(Config config) : session_(load(std::move(config), lines_.sink())), reference_(load({}, {})) {}

  const Status& status() const { return session_.status(); }
  Session& session() { return *session_; }
  const std::vector<std::string>& warnings() const { return lines_.warnings; }

  Result<std::map<std::string, Value>> run(int image) { return session_->run({{"image", pixels(image)}}); }
  void expect_right(int runs = 3) {
    ASSERT_TRUE(session_.ok()) << session_.status().message();
    for (int i = 0; i < runs; ++i) {
      auto actual = run(i), expected = reference_->run({{"image", pixels(i)}});
      ASSERT_TRUE(actual.ok()) << actual.status().message();
      const auto a = actual->at("probabilities").tensor.elements<float>();
      const auto b = expected->at("probabilities").tensor.elements<float>();
      for (size_t k = 0; k < b.size(); ++k) EXPECT_NEAR(a[k], b[k], 1e-5f);
    }
  }
  // Nodes by provider.
  std::map<std::string, uint32_t> nodes() const {
    std::map<std::string, uint32_t> counts;
    for (const ProviderPlacement& provider : session_->placement().providers) counts[provider.id] = provider.nodes;
    return counts;
  }
  std::string problem(const std::string& id) const {
    for (const ProviderPlacement& provider : session_->placement().providers) {
      if (provider.id == id) return provider.problem;
    }
    return "no such provider";
  }

 private:
  static Result<Session> load(Config config, LogSink sink) {
    return Session::load(LoadInput{.path = kDigits, .config = std::move(config), .log_sink = std::move(sink)});
  }
  static Tensor pixels(int seed) {
    std::vector<float> values;
    for (int i = 0; i < 64; ++i) values.push_back(0.5f + 0.5f * std::sin(static_cast<float>(i * (seed + 3))));
    return Tensor::of<float>({1, 1, 8, 8}, std::span<const float>(values));
  }

  Lines lines_;
  Result<Session> session_;
  Result<Session> reference_;
};

// --- Library missing, bad ABI, no device

struct Unusable {
  ProviderConfig provider;
  std::string reason;
};
const std::vector<Unusable> kUnusable = {
    {{.id = "org.example.absent", .library = "/nowhere/libabsent.so"}, "/nowhere/libabsent.so"},
    {{.id = "org.example.absent"}, "no provider 'org.example.absent' is installed"},
    {{.id = "org.example.other", .library = MORTISE_MOCK_NPU}, "has no provider 'org.example.other'"},
    {broken("too_new"), "install a newer Mortise"},
    {broken("null_claim"), "has no function 'claim'"},
    {broken("init_throws"), "no licence found"},
    {broken("no_device"), "there is no /dev/npu0"},
};

TEST(ProviderThatCannotBeUsed, IsLeftOutWithItsReason) {
  for (const Unusable& unusable : kUnusable) {
    SCOPED_TRACE(unusable.reason);
    Digits digits(with(unusable.provider));
    digits.expect_right();
    EXPECT_THAT(digits.warnings(), ElementsAre(HasSubstr(unusable.reason)));
    EXPECT_THAT(digits.problem(unusable.provider.id), HasSubstr(unusable.reason));
  }
}

TEST(ProviderThatCannotBeUsed, FailsTheLoadWhereThatIsAnError) {
  for (const Unusable& unusable : kUnusable) {
    EXPECT_THAT(Digits(with(unusable.provider, OnFailure::kError)).status().message(), HasSubstr(unusable.reason));
  }
}

TEST(ProviderThatCannotBeUsed, LeavesTheOthersAlone) {
  Config config = with(broken("too_old"));
  config.providers.push_back(npu(R"({"precision": "fp32"})"));
  Digits digits(config);
  digits.expect_right();
  EXPECT_GT(digits.nodes()["org.mortise.mock-npu"], 0u);
}

// --- claim()

struct Fault {
  ProviderConfig provider;
  std::string reason;
};
const std::vector<Fault> kClaimFaults = {
    {patch('a', R"({"fault_claim": true})"), "the compiler's licence has run out"},
    {broken("claim_throws"), "out of luck"},
    {broken("claims_unknown_node"), "claims node #1000000, which does not exist"},
    {broken("claims_a_node_twice"), "claims node #0 twice"},
};

TEST(ClaimThatFails, GetsNothing) {
  for (const Fault& fault : kClaimFaults) {
    SCOPED_TRACE(fault.reason);
    Digits digits(with(fault.provider));
    digits.expect_right();
    EXPECT_THAT(digits.warnings(), ElementsAre(HasSubstr(fault.reason)));
    EXPECT_EQ(digits.nodes()[fault.provider.id], 0u);
    for (const NodePlacement& node : digits.session().placement().graph.nodes) {
      EXPECT_THAT(node.verdicts[0].text, HasSubstr(fault.reason));
    }
  }
}

TEST(ClaimThatFails, FailsTheLoadWhereThatIsAnError) {
  for (const Fault& fault : kClaimFaults) {
    EXPECT_THAT(Digits(with(fault.provider, OnFailure::kError)).status().message(),
                AllOf(HasSubstr("provider '" + fault.provider.id + "'"), HasSubstr(fault.reason)));
  }
}

// --- compile()

const std::vector<Fault> kCompileFaults = {
    {npu(R"({"fail_compile_on": "Conv", "precision": "fp32"})"), "fail_compile_on"},
    {npu(R"({"fail_compile_on": "conv1", "fail_compile_with": "error", "precision": "fp32"})"), "fail_compile_on"},
    {npu(R"({"oom_at_bytes": 1000, "precision": "fp32"})"), "memory"},
    {patch('a', R"({"refuse_percent": 40})"), "drawn to be refused"},
    {broken("null_session"), "gave no session"},
};

TEST(CompileThatFails, GivesNodesToTheNextClaimant) {
  for (Fault fault : kCompileFaults) {
    if (fault.provider.id == "org.mortise.test.plugin") continue;  // claims nothing
    SCOPED_TRACE(fault.reason);
    Config config = with(fault.provider);
    config.providers.push_back(patch('b', "{}"));
    Digits digits(config);
    digits.expect_right();
    EXPECT_THAT(digits.warnings(), AllOf(Not(IsEmpty()), Each(HasSubstr("go to the next provider"))));
    EXPECT_GT(digits.nodes()["org.mortise.test.patch-b"], 0u);
    size_t refused = 0;
    for (const NodePlacement& node : digits.session().placement().graph.nodes) {
      if (node.verdicts[0].code != "refused at compile") continue;
      ++refused;
      EXPECT_EQ(node.rule, "refused at compile");
      EXPECT_NE(node.provider, 0u);
      EXPECT_FALSE(node.verdicts[0].text.empty());
    }
    EXPECT_GT(refused, 0u);
  }
}

TEST(CompileThatFails, FailsTheLoadNamingNodesWhereThatIsAnError) {
  EXPECT_THAT(Digits(with(npu(R"({"fail_compile_on": "conv1"})"), OnFailure::kError)).status().message(),
              AllOf(HasSubstr("org.mortise.mock-npu"), HasSubstr("'conv1' (Conv)")));
  EXPECT_THAT(Digits(with(npu(R"({"oom_at_bytes": 1000})"), OnFailure::kError)).status().message(),
              AllOf(HasSubstr("org.mortise.mock-npu"), HasSubstr("'conv1' (Conv)")));
}

TEST(CompileThatFails, IsNotFooledByNodesThatWereNotAsked) {
  Digits digits(with(broken("refuses_other_nodes")));
  digits.expect_right();
  EXPECT_EQ(digits.nodes()["org.mortise.test.plugin"], 0u);
}

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
  const std::string bytes = test::model_of_graph(graph);
  return Session::load(
      LoadInput{.bytes = std::as_bytes(std::span(bytes)), .config = std::move(config), .log_sink = std::move(sink)});
}

const std::string kVector = "type { tensor_type { elem_type: 1 shape { dim { dim_value: 4 } } } } ";

TEST(RunThatFails, IncludesOneThatGivesNoOutput) {
  for (const char* plugin : {"run_gives_no_output", "run_asks_for_nonsense"}) {
    Lines lines;
    auto session = load_text("input { name: 'x' " + kVector + "} node { op_type: 'NonZero' input: 'x' output: 'y' } " +
                                 "output { name: 'y' }",
                             with(broken(plugin)), lines.sink());
    ASSERT_TRUE(session.ok()) << session.status().message();
    const auto outputs = session->run({{"x", Tensor::of<float>({4}, {0, 1, 0, 2})}});
    ASSERT_TRUE(outputs.ok()) << outputs.status().message();
    EXPECT_THAT(outputs->at("y").tensor.elements<int64_t>(), ElementsAre(1, 3));
    EXPECT_THAT(lines.warnings, ElementsAre(HasSubstr("is given no more work"))) << plugin;
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
  Lines lines;
  auto session = load_text(graph, config, lines.sink());
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
  EXPECT_THAT(lines.warnings, IsEmpty());
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

TEST(RequireRule, FailsTheLoadAndListsTheOffenders) {
  Config config = with(npu(R"({"fail_compile_on": "conv2"})"));
  config.require.push_back({.provider = "org.mortise.mock-npu", .op = "Conv"});
  const std::string message = Digits(config).status().message();
  EXPECT_THAT(message, AllOf(HasSubstr("'conv2' (Conv): refused at compile"), HasSubstr("of 2 nodes"),
                             HasSubstr("require rule"), Not(HasSubstr("'conv1'"))));
  config.require = {{.provider = "org.mortise.mock-npu", .min_fraction = 0.2}};
  EXPECT_TRUE(Digits(config).status().ok());
  config.require = {{.provider = "org.mortise.mock-npu", .min_fraction = 0.99}};
  EXPECT_THAT(Digits(config).status().message(), HasSubstr("fewer than a require rule asks"));
}

TEST(RequireRule, IsBrokenByAProviderThatIsMissing) {
  Config config = with({.id = "org.example.absent", .library = "/nowhere/libabsent.so"});
  config.require.push_back({.provider = "org.example.absent", .op = "Conv"});
  EXPECT_THAT(Digits(config).status().message(), HasSubstr("'conv1' (Conv)"));
}

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
}  // namespace mortise
