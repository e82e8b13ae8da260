#include "tests/plugins/vulkan/vulkan_session.h"

#include <dlfcn.h>
#include <gmock/gmock.h>
#include <onnx/onnx_pb.h>

#include <cmath>
#include <cstdlib>
#include <random>
#include <stdexcept>

#include "tests/plugins/vulkan/faulty_loader.h"
#include "tests/support/model_text.h"

namespace mortise::test {
namespace {

// Before anything opens a device; one that the environment has already stays.
[[maybe_unused]] const int kOneThread = setenv("LP_NUM_THREADS", "1", /*overwrite=*/0);

Result<Session> load(const std::string& graph, int opset, const std::string& providers, std::vector<std::string>* log) {
  auto config = Config::parse(R"({"providers": [)" + providers + "]}");
  if (!config.ok()) throw std::runtime_error(config.status().message());
  config->session.enable.emplace();  // the graph as it is written
  const std::string bytes = model_bytes(graph, opset);
  return Session::load({.path = {},
                        .bytes = std::as_bytes(std::span(bytes)),
                        .folder = {},
                        .config = *config,
                        .log_sink = [log](Severity, std::string_view text) {
                          if (log != nullptr) log->emplace_back(text);
                        }});
}

std::map<std::string, Value> random_inputs(const Session& session, const std::map<std::string, Value>& given) {
  std::map<std::string, Value> inputs = given;
  uint32_t seed = 1;
  for (const Port& port : session.inputs()) {
    if (!inputs.contains(port.name)) inputs[port.name] = random_tensor(port.dtype, Shape(port.dims), seed++);
  }
  return inputs;
}

}  // namespace

std::string vulkan_options(const std::string& more) {
  return R"({"allow_software": true, "device": "llvmpipe", "validation": true)" + (more.empty() ? "" : ", " + more) +
         "}";
}

LoaderFaults& loader_faults() {
  static void* const library = dlopen(MORTISE_FAULTY_LOADER, RTLD_NOW | RTLD_LOCAL);
  static const auto get = reinterpret_cast<LoaderFaults* (*)()>(dlsym(library, "mortise_test_loader_faults"));
  return *get();
}

std::string faulty_options(const std::string& more) {
  return vulkan_options(R"("loader": ")" MORTISE_FAULTY_LOADER "\"" + (more.empty() ? "" : ", " + more));
}

std::unique_ptr<VulkanSession> load_vulkan(const std::string& graph, int opset, const std::string& options) {
  auto loaded = std::make_unique<VulkanSession>();
  auto session =
      load(graph, opset,
           R"({"id": "org.mortise.vulkan", "library": ")" MORTISE_VULKAN_PLUGIN R"(", "options": )" + options + "}",
           &loaded->log);
  if (!session.ok()) throw std::runtime_error(session.status().message());
  loaded->session = std::move(*session);
  return loaded;
}

Tensor random_tensor(DType dtype, const Shape& shape, uint32_t seed) {
  std::mt19937 random(seed);
  Tensor tensor = Tensor::allocate(dtype, shape).value();
  const auto fill = [&](auto elements, auto value) {
    for (auto& element : elements) element = static_cast<std::remove_reference_t<decltype(element)>>(value());
  };
  switch (dtype) {
    case DType::kF32:
      fill(tensor.elements<float>(), [&] { return static_cast<float>(random() % 4001) / 1000 - 2; });
      break;
    case DType::kI32:
      fill(tensor.elements<int32_t>(), [&] { return random() % 10; });
      break;
    case DType::kI64:
      fill(tensor.elements<int64_t>(), [&] { return random() % 10; });
      break;
    case DType::kBool:
      fill(tensor.elements<uint8_t>(), [&] { return random() % 2; });
      break;
    default:
      throw std::invalid_argument("no random elements of this type");
  }
  return tensor;
}

void expect_equal(const Tensor& actual, const Tensor& expected, double tolerance, const std::string& name) {
  ASSERT_EQ(actual.dtype(), expected.dtype()) << name;
  ASSERT_EQ(actual.shape(), expected.shape()) << name;
  if (actual.dtype() != DType::kF32) {
    EXPECT_EQ(std::memcmp(actual.raw(), expected.raw(), actual.size_bytes()), 0) << name;
    return;
  }
  const auto a = actual.elements<float>(), e = expected.elements<float>();
  for (size_t i = 0; i < a.size(); ++i) {
    if (std::isnan(e[i]) && std::isnan(a[i])) continue;
    if (a[i] == e[i]) continue;
    ASSERT_TRUE(std::isfinite(a[i]) && std::isfinite(e[i])) << name << "[" << i << "]: " << a[i] << ", not " << e[i];
    const double difference = std::fabs(static_cast<double>(a[i]) - e[i]);
    ASSERT_LE(difference, tolerance * (1 + std::fabs(e[i]))) << name << "[" << i << "]: " << a[i] << ", not " << e[i];
  }
}

void expect_clean(const std::vector<std::string>& log) {
  for (const std::string& line : log) {
    if (line.find("Vulkan validation") != std::string::npos || line.find("misbehav") != std::string::npos) {
      ADD_FAILURE() << line;
    }
  }
}

std::map<std::string, Value> run_reference(const std::string& graph, const std::map<std::string, Value>& inputs,
                                           int opset) {
  auto session = load(graph, opset, "", nullptr);
  if (!session.ok()) throw std::runtime_error(session.status().message());
  auto outputs = session->run(inputs);
  if (!outputs.ok()) throw std::runtime_error(outputs.status().message());
  return *std::move(outputs);
}

std::map<std::string, Value> run_vulkan(const std::string& graph, const std::map<std::string, Value>& inputs,
                                        const std::string& options) {
  const auto loaded = load_vulkan(graph, 20, options);
  const Placement placement = loaded->session->placement();
  EXPECT_EQ(placement.providers.front().nodes, placement.graph.nodes.size()) << full(placement, true);
  auto outputs = loaded->session->run(inputs);
  if (!outputs.ok()) throw std::runtime_error(outputs.status().message());
  expect_clean(loaded->log);
  return *std::move(outputs);
}

void expect_as_reference(const std::string& graph, const Expectation& expectation, int opset,
                         const std::map<std::string, Value>& given, const std::string& options) {
  SCOPED_TRACE(graph);
  auto reference = load(graph, opset, "", nullptr);
  ASSERT_TRUE(reference.ok()) << reference.status().message();
  const auto inputs = random_inputs(*reference, given);
  const auto expected = reference->run(inputs);
  ASSERT_TRUE(expected.ok()) << expected.status().message();

  const auto loaded = load_vulkan(graph, opset, options);
  const Placement placement = loaded->session->placement();
  ASSERT_EQ(placement.providers.front().problem, "");
  const size_t nodes = expectation.nodes == SIZE_MAX ? placement.graph.nodes.size() : expectation.nodes;
  EXPECT_EQ(placement.providers.front().nodes, nodes) << full(placement, true);
  for (int run = 0; run < 2; ++run) {
    Trace trace;
    const auto actual = loaded->session->run(inputs, {.trace = &trace});
    ASSERT_TRUE(actual.ok()) << actual.status().message();
    for (const auto& [name, value] : *expected) {
      expect_equal(actual->at(name).tensor, value.tensor, expectation.tolerance, name);
    }
    size_t dispatches = 0;
    for (const TraceEvent& event : trace.events) dispatches += event.kind == TraceKind::kInside;
    if (expectation.dispatches != SIZE_MAX) {
      EXPECT_EQ(dispatches, expectation.dispatches);
    }
  }
  expect_clean(loaded->log);
}

}  // namespace mortise::test
