// The placement of the digit classifier over the mock NPU and the reference provider.
#include "mortise/core/placement.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "mortise/core/session.h"

namespace mortise {
namespace {

using testing::HasSubstr;

Result<Session> load(bool with_npu, std::vector<PlacementRule> rules = {}) {
  Config config;
  if (with_npu) config.providers.push_back({.library = MORTISE_MOCK_NPU, .on_failure = OnFailure::kError});
  config.placement = std::move(rules);
  return Session::load(MORTISE_DIGITS_MODEL, std::move(config));
}

const ProviderPlacement* find(const Placement& placement, std::string_view id) {
  for (const ProviderPlacement& provider : placement.providers) {
    if (provider.id == id) return &provider;
  }
  return nullptr;
}

TEST(Placement, CountsEveryNodeOnce) {
  auto session = load(true);
  ASSERT_TRUE(session.ok()) << session.status().message();
  const Placement placement = session->placement();
  ASSERT_EQ(placement.nodes, placement.graph.nodes.size());
  uint32_t by_provider = 0, by_segment = 0;
  for (const ProviderPlacement& provider : placement.providers) by_provider += provider.nodes;
  for (const SegmentPlacement& segment : placement.graph.segments) by_segment += segment.nodes;
  EXPECT_EQ(by_provider, placement.nodes);
  EXPECT_EQ(by_segment, placement.nodes);
  for (const NodePlacement& node : placement.graph.nodes) {
    EXPECT_EQ(node.provider, placement.graph.segments[node.segment].provider) << node.name;
    EXPECT_EQ(node.verdicts.size(), 2u) << node.name;
  }
}

TEST(Placement, GivesTheConvolutionsToTheNpu) {
  auto session = load(true);
  ASSERT_TRUE(session.ok()) << session.status().message();
  const Placement placement = session->placement();
  const ProviderPlacement* npu = find(placement, "org.mortise.mock-npu");
  ASSERT_NE(npu, nullptr);
  EXPECT_GT(npu->nodes, 0u);
  for (const NodePlacement& node : placement.graph.nodes) {
    if (node.op == "Conv") {
      EXPECT_EQ(placement.providers[node.provider].id, "org.mortise.mock-npu") << node.name;
    }
  }
}

TEST(Placement, SaysWhyANodeIsNotWithTheFirstProvider) {
  auto session = load(true, {{.match = {.op = "Conv"}, .deny = {"org.mortise.mock-npu"}}});
  ASSERT_TRUE(session.ok()) << session.status().message();
  const Placement placement = session->placement();
  bool found = false;
  for (const NodePlacement& node : placement.graph.nodes) {
    if (node.op != "Conv") continue;
    found = true;
    EXPECT_EQ(placement.providers[node.provider].id, "org.mortise.reference");
    EXPECT_EQ(node.verdicts.at(0).code, "denied");
  }
  EXPECT_TRUE(found);
  EXPECT_THAT(full(placement), HasSubstr("org.mortise.mock-npu: denied"));
}

TEST(Placement, IsAllOfTheReferenceProviderWithoutPlugins) {
  auto session = load(false);
  ASSERT_TRUE(session.ok()) << session.status().message();
  const Placement placement = session->placement();
  const ProviderPlacement* reference = find(placement, "org.mortise.reference");
  ASSERT_NE(reference, nullptr);
  EXPECT_EQ(reference->nodes, placement.nodes);
  EXPECT_EQ(placement.bytes_crossing, 0u);
  EXPECT_THAT(summary(placement), HasSubstr("(100.0 %)"));
}

TEST(Placement, IsValidJson) {
  auto session = load(true);
  ASSERT_TRUE(session.ok()) << session.status().message();
  const Placement placement = session->placement();
  const auto parsed = nlohmann::json::parse(to_json(placement));
  EXPECT_EQ(parsed["graph"]["nodes"].size(), placement.nodes);
  EXPECT_EQ(parsed["providers"].size(), placement.providers.size());
}

TEST(Placement, KeepsControlCharactersOfNamesFromTheTerminal) {
  Placement placement{.model = "a\x1b[2Jb", .providers = {{.id = "p\nq", .nodes = 1}}, .nodes = 1};
  placement.graph.segments = {{.nodes = 1}};
  placement.graph.nodes = {{.name = "n\r\x07", .op = "Relu"}};
  const std::string text = full(placement);
  for (const char c : text) EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20);
  EXPECT_THAT(text, HasSubstr("p q"));
}

}  // namespace
}  // namespace mortise
