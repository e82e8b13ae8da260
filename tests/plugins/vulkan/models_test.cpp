// Whole models.
#include <gmock/gmock.h>

#include "tests/plugins/vulkan/vulkan_session.h"

namespace mortise::test {
namespace {

TEST(VulkanModels, ReadDigitsInOneSegment) {
  const std::string path = MORTISE_SOURCE_DIR "/examples/digits/digits.onnx";
  auto reference = Session::load(path);
  ASSERT_TRUE(reference.ok()) << reference.status().message();
  auto config = Config::parse(R"({"providers": [{"id": "org.mortise.vulkan", "library": ")" MORTISE_VULKAN_PLUGIN
                              R"(", "options": )" +
                              vulkan_options() + "}]}");
  ASSERT_TRUE(config.ok()) << config.status().message();
  std::vector<std::string> log;
  auto session = Session::load(
      {.path = path, .bytes = {}, .folder = {}, .config = *config, .log_sink = [&log](Severity, std::string_view text) {
         log.emplace_back(text);
       }});
  ASSERT_TRUE(session.ok()) << session.status().message();
  const Placement placement = session->placement();
  EXPECT_EQ(placement.providers.front().nodes, placement.graph.nodes.size()) << full(placement, true);
  EXPECT_EQ(placement.graph.segments.size(), 1u);

  const Port& port = session->inputs()[0];
  const std::map<std::string, Value> inputs = {{port.name, random_tensor(port.dtype, Shape(port.dims), 7)}};
  const auto expected = reference->run(inputs), actual = session->run(inputs);
  ASSERT_TRUE(expected.ok() && actual.ok()) << actual.status().message();
  for (const auto& [name, value] : *expected) {
    expect_equal(actual->at(name).tensor, value.tensor, 1e-4, name);
  }
  expect_clean(log);
}

}  // namespace
}  // namespace mortise::test
