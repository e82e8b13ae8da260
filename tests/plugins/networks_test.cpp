// Real networks, made small, on each of our plugins and on all of them at once: the placement that users will expect, and
// the results of the reference provider.
#include <gmock/gmock.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <map>
#include <set>

#include "bench/networks/networks.h"
#include "mortise/core/session.h"

namespace mortise {
namespace {

using testing::ElementsAre;

struct Network {
  const char* name;
  onnx::ModelProto (*make)();       // small
  onnx::ModelProto (*make_tiny)();  // for a device that a CPU imitates
};

void PrintTo(const Network& network, std::ostream* stream) { *stream << network.name; }

constexpr Network kNetworks[] = {
    {"bert", [] { return bench::bert(16, 1); }, [] { return bench::bert(8, 1); }},
    {"mobilenet_v2", [] { return bench::mobilenet_v2(64); }, [] { return bench::mobilenet_v2(32); }},
    {"resnet50", [] { return bench::resnet50(64); }, [] { return bench::resnet50(32); }},
};

const ProviderConfig kNeon{.id = "org.mortise.neon", .library = MORTISE_NEON_LIBRARY, .on_failure = OnFailure::kError};
// In single precision, and with room for weights of 768 x 768.
const ProviderConfig kMockNpu{.id = "org.mortise.mock-npu",
                              .library = MORTISE_MOCK_NPU,
                              .on_failure = OnFailure::kError,
                              .options = R"({"precision": "fp32", "sram_kib": 16384})"};

#ifdef MORTISE_VULKAN_LIBRARY
// lavapipe has one thread, before anything opens it, so that it does not fight over the machine's cores.
[[maybe_unused]] const int kOneThread = setenv("LP_NUM_THREADS", "1", /*overwrite=*/0);

// The machine has no Vulkan at all; any other fault of the provider is one.
bool lacks_device(const ProviderPlacement& provider) {
  return provider.problem.find("on this machine") != std::string::npos;
}

// Software devices too. Where there is no device at all, tests that need one are skipped.
const ProviderConfig kVulkan{
    .id = "org.mortise.vulkan", .library = MORTISE_VULKAN_LIBRARY, .options = R"({"allow_software": true})"};
#endif

Result<Session> load(const onnx::ModelProto& model, Config config) {
  const std::string bytes = model.SerializeAsString();
  return Session::load(LoadInput{.bytes = std::as_bytes(std::span(bytes)), .config = std::move(config)});
}

// Different in every element, all in [-1, 1).
std::vector<Value> inputs_of(const Session& session) {
  std::vector<Value> inputs;
  for (const Port& port : session.inputs()) {
    inputs.emplace_back(Tensor::allocate(port.dtype, Shape(port.dims)).value());
    Tensor& tensor = inputs.back().tensor;
    for (int64_t i = 0; i < tensor.num_elements(); ++i) {
      const uint32_t hash = static_cast<uint32_t>(i) * 2654435761u;
      tensor.data<float>()[i] = static_cast<float>(hash >> 8) * 0x1p-23f - 1.0f;
    }
  }
  return inputs;
}

Tensor output_of(Session& session, const RunOptions& options = {}) {
  std::vector<Value> outputs(1);
  const Status status = session.run(inputs_of(session), outputs, options);
  if (!status.ok()) throw std::runtime_error(status.message());
  return std::move(outputs[0].tensor);
}

Tensor output_of_reference(const onnx::ModelProto& model) {
  auto session = load(model, {});
  if (!session.ok()) throw std::runtime_error(session.status().message());
  return output_of(*session);
}

// The largest difference, over the largest element. Sums in another order differ by about 1e-6.
double difference(const Tensor& actual, const Tensor& expected) {
  EXPECT_EQ(actual.shape(), expected.shape());
  double largest = 0, worst = 0;
  for (int64_t i = 0; i < expected.num_elements(); ++i) {
    const double difference = std::abs(double{actual.data<float>()[i]} - double{expected.data<float>()[i]});
    if (std::isnan(difference)) return difference;
    worst = std::max(worst, difference);
    largest = std::max(largest, std::abs(double{expected.data<float>()[i]}));
  }
  EXPECT_GT(largest, 0);
  return worst / largest;
}

class NetworkTest : public testing::TestWithParam<Network> {};

INSTANTIATE_TEST_SUITE_P(Plugins, NetworkTest, testing::ValuesIn(kNetworks),
                         [](const auto& info) { return info.param.name; });

TEST_P(NetworkTest, RunsOnNeonInOneSegment) {
  const onnx::ModelProto model = GetParam().make();
  auto session = load(model, {.providers = {kNeon}});
  ASSERT_TRUE(session.ok()) << session.status().message();
  const Placement placement = session->placement();
  EXPECT_EQ(placement.providers[0].nodes, placement.nodes) << full(placement);
  EXPECT_EQ(placement.graph.segments.size(), 1u);
  EXPECT_LE(difference(output_of(*session), output_of_reference(model)), 1e-4);
}

void expect_same_bits(const onnx::ModelProto& model, Config config) {
  std::vector<Tensor> outputs;
  for (const uint32_t threads : {1, 2, 5}) {
    config.session.threads = threads;
    auto session = load(model, config);
    ASSERT_TRUE(session.ok()) << session.status().message();
    outputs.push_back(output_of(*session));
    const Tensor &first = outputs[0], &last = outputs.back();
    EXPECT_EQ(std::memcmp(first.data<char>(), last.data<char>(), first.size_bytes()), 0) << threads << " threads";
  }
}

TEST_P(NetworkTest, GivesTheSameBitsOnNeonWithAnyNumberOfThreads) {
  expect_same_bits(GetParam().make(), {.providers = {kNeon}});
}

TEST_P(NetworkTest, GivesTheSameBitsOnTheOracleWithAnyNumberOfThreads) {
  expect_same_bits(GetParam().make_tiny(), {.session = {.accumulate = Accumulate::kF64}});
}

#ifdef MORTISE_VULKAN_LIBRARY
TEST_P(NetworkTest, RunsOnVulkanInOneSegment) {
  const onnx::ModelProto model = GetParam().make_tiny();
  auto session = load(model, {.providers = {kVulkan}});
  ASSERT_TRUE(session.ok()) << session.status().message();
  const Placement placement = session->placement();
  if (lacks_device(placement.providers[0])) GTEST_SKIP() << placement.providers[0].problem;
  ASSERT_EQ(placement.providers[0].problem, "");
  EXPECT_EQ(placement.providers[0].nodes, placement.nodes) << full(placement);
  EXPECT_EQ(placement.graph.segments.size(), 1u);
  EXPECT_LE(difference(output_of(*session), output_of_reference(model)), 1e-4);
  EXPECT_EQ(session->placement().providers[0].nodes, placement.nodes) << "it failed in the run";
}

// A layer of BERT in one session over all providers: queries on the NPU, the activation on the GPU, softmax on the
// reference, everything else on the CPU.
TEST(MixedSession, SharesALayerAmongAllProviders) {
  const onnx::ModelProto model = bench::bert(16, 1);
  Config config{.providers = {kNeon, kMockNpu, kVulkan}};
  config.placement = {
      {.match = {.name = "*/query/*", .provider = "org.mortise.mock-npu"}, .pin = "org.mortise.mock-npu"},
      {.match = {.name = "*/intermediate_act_fn/*"}, .pin = "org.mortise.vulkan"},
      {.match = {.op = "Softmax"}, .pin = "org.mortise.reference"},
  };
  auto session = load(model, config);
  ASSERT_TRUE(session.ok()) << session.status().message();
  const Placement placement = session->placement();
  if (lacks_device(placement.providers[2])) GTEST_SKIP() << placement.providers[2].problem;
  ASSERT_EQ(placement.providers[2].problem, "");
  Trace trace;
  EXPECT_LE(difference(output_of(*session, {.trace = &trace}), output_of_reference(model)), 1e-4);

  // What ran where, as the trace tells it.
  std::set<std::string> on_device, on_cpu;
  std::map<std::string, std::set<std::string_view>> ops;
  for (const TraceEvent& event : trace.events) {
    if (event.kind != TraceKind::kSegment) continue;
    const std::string& provider = trace.providers[event.provider];
    (event.on_device ? on_device : on_cpu).insert(provider);
    for (const TraceNode& node : event.nodes) ops[provider].insert(node.op);
  }
  EXPECT_THAT(on_device, ElementsAre("org.mortise.mock-npu", "org.mortise.vulkan"));
  EXPECT_THAT(on_cpu, ElementsAre("org.mortise.neon", "org.mortise.reference"));
  EXPECT_THAT(ops["org.mortise.mock-npu"], ElementsAre("Add", "MatMul", "Reshape"));
  EXPECT_THAT(ops["org.mortise.vulkan"], ElementsAre("Add", "Div", "Erf", "Mul"));
  EXPECT_THAT(ops["org.mortise.reference"], ElementsAre("Softmax"));
}
#endif

}  // namespace
}  // namespace mortise
