// However a model is divided among providers, and whatever fails on the way, the results are those of the reference
// provider alone, to the bit.
//
// Random models run over providers that compute as the reference does but claim, refuse and fail as a seed says, and
// over the mock NPU in single precision. A failure prints its seed: `MORTISE_SEED=1234 core_patchwork_test` replays it
// alone.
#include <gmock/gmock.h>

#include <cmath>
#include <random>
#include <thread>

#include "mortise/core/session.h"
#include "tests/core/run/patchwork.h"
#include "tests/support/log_lines.h"
#include "tests/support/random_model.h"
#include "tests/support/seeds.h"

namespace mortise::test {
namespace {

using Outputs = std::map<std::string, Value>;

constexpr uint32_t kBlocks = 6;
constexpr uint32_t kSeedsPerBlock = 250;

Result<Session> load(const onnx::ModelProto& model, Config config, LogLines& lines) {
  const std::string bytes = model.SerializeAsString();
  return Session::load(
      LoadInput{.bytes = std::as_bytes(std::span(bytes)), .config = std::move(config), .log_sink = lines.sink()});
}

// Two to four providers with claims, sets, refusals and faults, rules among them, and passes that run or do not.
Config random_config(std::mt19937& random) {
  static constexpr const char* kFaults[] = {"none",     "none", "none",  "transient",
                                            "internal", "lost", "throw", "no memory"};
  Config config;
  std::string names = "abc";
  std::shuffle(names.begin(), names.end(), random);
  for (const char name : names.substr(0, 1 + random() % 3)) {
    config.providers.push_back(patch(
        name, concat(R"({"seed": )", random() % 1000, R"(, "claim_percent": )", 20 + random() % 81, R"(, "max_set": )",
                     1 + random() % 4, R"(, "refuse_percent": )", random() % 4 == 0 ? 15 : 0, R"(, "fault": ")",
                     kFaults[random() % std::size(kFaults)], R"(", "fault_at": )", 1 + random() % 6, "}")));
    config.providers.back().min_nodes = 1 + random() % 3;
  }
  if (random() % 3 == 0) {
    config.providers.insert(
        config.providers.begin() + static_cast<int64_t>(random() % config.providers.size()),
        {.id = "org.mortise.mock-npu",
         .library = MORTISE_MOCK_NPU,
         .options = random() % 2 ? R"({"precision": "fp32"})" : R"({"precision": "fp32", "device_lost_at": 3})"});
  }
  const std::string first = config.providers[0].id;
  if (random() % 4 == 0) config.placement.push_back({.match = {.op = "Sigmoid"}, .deny = {first}});
  if (random() % 4 == 0) config.placement.push_back({.match = {.name = "n1*"}, .pin = first});
  if (random() % 4 == 0) {
    config.placement.push_back(
        {.match = {.provider = first}, .allow = std::vector<std::string>{first, "org.mortise.reference"}});
  }
  config.session.threads = 1 + random() % 2;
  return config;
}

// tolerance: relative to 1 and the value; 0 where the arithmetic is the same.
void expect_equal(const Outputs& actual, const Outputs& expected, float tolerance = 0) {
  ASSERT_EQ(actual.size(), expected.size());
  for (const auto& [name, value] : expected) {
    const auto a = actual.at(name).tensor.elements<float>(), b = value.tensor.elements<float>();
    ASSERT_EQ(a.size(), b.size());
    for (size_t i = 0; i < a.size(); ++i) {
      ASSERT_TRUE(std::isfinite(b[i]));
      if (tolerance == 0) {
        EXPECT_EQ(a[i], b[i]) << name << "[" << i << "]";
      } else {
        EXPECT_NEAR(a[i], b[i], tolerance * std::max(1.0f, std::fabs(b[i]))) << name << "[" << i << "]";
      }
    }
  }
}

// Every node of a placement once, on a provider that exists.
void expect_complete(const GraphPlacement& graph, size_t num_providers) {
  std::vector<uint32_t> nodes(graph.segments.size());
  for (const NodePlacement& node : graph.nodes) {
    ASSERT_LT(node.segment, graph.segments.size());
    EXPECT_EQ(graph.segments[node.segment].provider, node.provider);
    EXPECT_LT(node.provider, num_providers);
    ++nodes[node.segment];
    for (const GraphPlacement& body : node.bodies) expect_complete(body, num_providers);
  }
  for (size_t i = 0; i < nodes.size(); ++i) EXPECT_EQ(nodes[i], graph.segments[i].nodes);
}

void check_seed(uint32_t seed) {
  const onnx::ModelProto model = random_model(seed, 25);
  std::mt19937 random(seed);
  LogLines lines;
  auto reference = load(model, {}, lines);
  ASSERT_TRUE(reference.ok()) << reference.status().message();
  const Config config = random_config(random);
  const bool same = std::none_of(config.providers.begin(), config.providers.end(),
                                 [](const ProviderConfig& p) { return p.id == "org.mortise.mock-npu"; });
  auto session = load(model, config, lines);
  ASSERT_TRUE(session.ok()) << session.status().message();
  for (uint32_t run = 0; run < 4; ++run) {
    const Outputs inputs = random_inputs(seed + run);
    const auto expected = reference->run(inputs), actual = session->run(inputs);
    ASSERT_TRUE(expected.ok()) << expected.status().message();
    ASSERT_TRUE(actual.ok()) << actual.status().message();
    expect_equal(*actual, *expected, same ? 0.0f : 1e-4f);
    const Placement placement = session->placement();
    expect_complete(placement.graph, placement.providers.size());
  }
}

// In blocks, which ctest runs side by side and gives their time each.
class PatchworkBlock : public testing::TestWithParam<uint32_t> {};

TEST_P(PatchworkBlock, GivesTheResultsOfTheReferenceAlone) {
  const test::Seeds seeds = test::seeds(kSeedsPerBlock, GetParam());
  for (uint32_t seed = seeds.begin; seed < seeds.end && !HasFailure(); ++seed) {
    SCOPED_TRACE("MORTISE_SEED=" + std::to_string(seed));
    check_seed(seed);
  }
}
INSTANTIATE_TEST_SUITE_P(Seeds, PatchworkBlock, testing::Range(0u, kBlocks));

TEST(Patchwork, GivesThemToConcurrentRunsWhileAProviderFails) {
  for (uint32_t seed = 0; seed < 40 && !HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    const onnx::ModelProto model = random_model(seed, 25);
    LogLines lines;
    auto reference = load(model, {}, lines);
    Config config;
    for (const char name : {'a', 'b'}) {
      config.providers.push_back(
          patch(name, concat(R"({"seed": )", seed + static_cast<uint32_t>(name), R"(, "claim_percent": 70, "fault": ")",
                             seed % 2 ? "lost" : "internal", R"(", "fault_at": )", 3 + seed % 9, "}")));
    }
    auto session = load(model, config, lines);
    ASSERT_TRUE(reference.ok() && session.ok());
    std::vector<std::thread> threads;
    for (uint32_t t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        for (uint32_t run = 0; run < 6; ++run) {
          const Outputs inputs = random_inputs(t * 100 + run);
          const auto expected = reference->run(inputs), actual = session->run(inputs);
          ASSERT_TRUE(expected.ok() && actual.ok()) << actual.status().message();
          expect_equal(*actual, *expected);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    // At most one line for each provider, and the report says why it is idle.
    EXPECT_LE(lines.lines().size(), 2u);
    size_t idle = 0;
    for (const ProviderPlacement& provider : session->placement().providers) {
      idle += provider.problem.empty() ? 0 : 1;
      if (!provider.problem.empty()) {
        EXPECT_EQ(provider.nodes, 0u);
      }
    }
    EXPECT_EQ(idle, lines.lines().size());
  }
}

}  // namespace
}  // namespace mortise::test
