// A session on the Vulkan provider and lavapipe, and its comparison with the reference provider.
//
// The validation layer is on; a finding of it is a failure of the test. lavapipe gets one thread, so that it does not
// fight over the machine's cores.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "mortise/core/session.h"

namespace mortise::test {

struct Expectation {
  // Nodes that the provider is to run; the rest is the reference's.
  size_t nodes = SIZE_MAX;  // all
  // Dispatches in all, where it matters.
  size_t dispatches = SIZE_MAX;
  double tolerance = 1e-5;  // absolute and relative
};

// A JSON object of options for lavapipe, with those in `more` ("\"staging\": true").
std::string vulkan_options(const std::string& more = "");

struct VulkanSession {
  std::vector<std::string> log;
  std::optional<Session> session;
};
// Throws std::runtime_error with the sentence if the model does not load.
std::unique_ptr<VulkanSession> load_vulkan(const std::string& graph, int opset = 20,
                                           const std::string& options = vulkan_options());

// Random elements, the same for the same seed: float32 from -2 to 2, whole numbers from 0 to 9, or truth.
Tensor random_tensor(DType dtype, const Shape& shape, uint32_t seed);

// Runs the graph (text of the model's parser) with random inputs on the provider and on the reference alone; the results
// are the same, and the log is free of findings. `inputs` replaces random ones. Runs twice, since the second run finds
// its recording.
void expect_as_reference(const std::string& graph, const Expectation& expectation = {}, int opset = 20,
                         const std::map<std::string, Value>& inputs = {},
                         const std::string& options = vulkan_options());

// The outputs for these inputs, of the reference alone and of the provider alone, which is to run every node and to leave
// the log free of findings. They throw std::runtime_error with the sentence if there are none.
std::map<std::string, Value> run_reference(const std::string& graph, const std::map<std::string, Value>& inputs,
                                           int opset = 20);
std::map<std::string, Value> run_vulkan(const std::string& graph, const std::map<std::string, Value>& inputs,
                                        const std::string& options = vulkan_options());

// Equal types, shapes and elements; float32 within the tolerance, absolute and relative.
void expect_equal(const Tensor& actual, const Tensor& expected, double tolerance, const std::string& name);

// No finding of the validation layer and no complaint about the provider.
void expect_clean(const std::vector<std::string>& log);

}  // namespace mortise::test
