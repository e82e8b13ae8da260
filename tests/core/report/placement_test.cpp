// The placement of the digit classifier over the mock NPU and the reference provider.
#include "mortise/core/placement.h"

#include <gmock/gmock.h>
#include <onnx/onnx_pb.h>

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

TEST(Placement, CountsWhatCrossesOnBothSides) {
  auto session = load(true);
  ASSERT_TRUE(session.ok()) << session.status().message();
  const Placement placement = session->placement();
  // The ten logits go from the NPU to the Softmax that it does not take.
  EXPECT_EQ(placement.bytes_crossing, 10 * sizeof(float));
  EXPECT_EQ(find(placement, "org.mortise.mock-npu")->bytes_out, placement.bytes_crossing);
  EXPECT_EQ(find(placement, "org.mortise.mock-npu")->bytes_in, 0u);
  EXPECT_EQ(find(placement, "org.mortise.reference")->bytes_in, placement.bytes_crossing);
  EXPECT_EQ(find(placement, "org.mortise.reference")->bytes_out, 0u);
}

TEST(Placement, SaysWhichNodesANodeReadsFrom) {
  auto session = load(false);
  ASSERT_TRUE(session.ok()) << session.status().message();
  const Placement placement = session->placement();
  size_t edges = 0;
  for (const NodePlacement& node : placement.graph.nodes) {
    for (const uint32_t input : node.inputs) EXPECT_LT(input, node.id);
    edges += node.inputs.size();
  }
  // A chain: every node but the first reads from one other.
  EXPECT_EQ(edges + 1, placement.nodes);
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
  EXPECT_THAT(summary(placement), HasSubstr(" 100.0 % "));
}

TEST(Placement, ShowsAProviderThatFailedDuringARun) {
  Config config;
  config.providers.push_back({.library = MORTISE_MOCK_NPU, .options = R"({"device_lost_at": 1})"});
  auto session = Session::load(
      LoadInput{.path = MORTISE_DIGITS_MODEL, .config = config, .log_sink = [](Severity, std::string_view) {}});
  ASSERT_TRUE(session.ok()) << session.status().message();
  ASSERT_GT(session->placement().providers.at(0).nodes, 0u);
  const std::vector<float> pixels(64);
  ASSERT_TRUE(session->run({{"image", Tensor::of<float>({1, 1, 8, 8}, std::span<const float>(pixels))}}).ok());
  const Placement placement = session->placement();
  EXPECT_EQ(placement.providers.at(0).nodes, 0u);
  EXPECT_NE(placement.providers.at(0).problem, "");
  EXPECT_THAT(summary(placement), HasSubstr("org.mortise.mock-npu   not in use: "));
}

void add_branch(onnx::NodeProto& node, const std::string& name, const std::string& op) {
  onnx::AttributeProto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::GRAPH);
  onnx::GraphProto& graph = *attribute.mutable_g();
  graph.set_name(name);
  onnx::NodeProto& inner = *graph.add_node();
  inner.set_op_type(op);
  inner.set_name(name + "_" + op);
  inner.add_input("x");
  inner.add_output(name + "_out");
  graph.add_output()->set_name(name + "_out");
}

void add_type(onnx::ValueInfoProto& value, const std::string& name, onnx::TensorProto::DataType dtype) {
  value.set_name(name);
  value.mutable_type()->mutable_tensor_type()->set_elem_type(dtype);
  value.mutable_type()->mutable_tensor_type()->mutable_shape();
}

TEST(Placement, NestsTheBodiesOfControlFlow) {
  onnx::ModelProto model;
  model.set_ir_version(8);
  model.add_opset_import()->set_version(17);
  onnx::GraphProto& graph = *model.mutable_graph();
  graph.set_name("choice");
  add_type(*graph.add_input(), "condition", onnx::TensorProto::BOOL);
  add_type(*graph.add_input(), "x", onnx::TensorProto::FLOAT);
  add_type(*graph.add_output(), "y", onnx::TensorProto::FLOAT);
  onnx::NodeProto& node = *graph.add_node();
  node.set_op_type("If");
  node.add_input("condition");
  node.add_output("y");
  add_branch(node, "then_branch", "Neg");
  add_branch(node, "else_branch", "Exp");
  const std::string bytes = model.SerializeAsString();
  auto session = Session::load(LoadInput{.bytes = std::as_bytes(std::span(bytes))});
  ASSERT_TRUE(session.ok()) << session.status().message();
  const Placement placement = session->placement();
  EXPECT_EQ(placement.nodes, 3u);
  ASSERT_EQ(placement.graph.nodes.size(), 1u);
  const NodePlacement& choice = placement.graph.nodes[0];
  EXPECT_EQ(placement.providers[choice.provider].id, "core");
  ASSERT_EQ(choice.bodies.size(), 2u);
  for (const GraphPlacement& body : choice.bodies) {
    ASSERT_EQ(body.nodes.size(), 1u);
    EXPECT_EQ(body.nodes[0].op, body.name == "then_branch" ? "Neg" : "Exp") << body.name;
    EXPECT_EQ(placement.providers[body.nodes[0].provider].id, "org.mortise.reference");
  }
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
