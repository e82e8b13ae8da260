// Exporting: what is written loads again and means the same.
#include "core/model/export.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>

#include "core/model/load.h"

namespace mortise {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;

Result<Model> load(const std::string& bytes) { return load_model(std::as_bytes(std::span(bytes)), {}); }

std::vector<std::string> names(const Graph& graph, const std::vector<ValueId>& ids) {
  std::vector<std::string> result;
  for (const ValueId id : ids) result.emplace_back(graph.value(id).name);
  return result;
}

// x -> Relu -> a -> Add(a, c) -> b -> Relu -> y; a is read by the last node but one and by nothing else.
Graph chain() {
  Graph graph(std::make_shared<StringTable>());
  graph.opsets.push_back({{}, 17});
  const auto value = [&](const char* name) {
    return graph.add_value(graph.intern(name), Type::tensor(DType::kF32, Shape{2}));
  };
  const ValueId x = value("x"), a = value("a"), b = value("b"), y = value("y");
  const ValueId c = graph.add_constant(graph.intern("c"), Tensor::of<float>({2}, {3, 4}));
  const auto node = [&](const char* op, int32_t version, IdList inputs, ValueId output) {
    Node n;
    n.op_type = graph.intern(op);
    n.since_version = version;
    n.inputs = std::move(inputs);
    n.outputs = {output};
    graph.add_node(std::move(n));
  };
  node("Relu", 14, {x}, a);
  node("Add", 14, {a, c}, b);
  node("Relu", 14, {b}, y);
  graph.inputs = {x};
  graph.outputs = {y};
  graph.output_names = {graph.intern("y")};
  EXPECT_TRUE(graph.finalize().ok());
  return graph;
}

TEST(Export, CutsOutNodesWithTheirConstants) {
  const Graph graph = chain();
  const NodeId nodes[] = {1};
  const auto bytes = serialize_nodes(graph, nodes);
  ASSERT_TRUE(bytes.ok()) << bytes.status().message();
  const auto model = load(*bytes);
  ASSERT_TRUE(model.ok()) << model.status().message();
  EXPECT_THAT(names(model->graph, model->graph.inputs), ElementsAre("a"));
  EXPECT_THAT(names(model->graph, model->graph.outputs), ElementsAre("b"));
  ASSERT_EQ(model->graph.constants().size(), 1U);
  EXPECT_THAT(model->graph.constants()[0].elements<float>(), ElementsAre(3, 4));
}

TEST(Export, NamesAnOutputThatIsRedirectedToAnInput) {
  Graph graph = chain();
  std::vector<ValueId> redirect(graph.num_values(), kNoId);
  redirect[graph.outputs[0]] = graph.inputs[0];
  graph.redirect(redirect);
  ASSERT_TRUE(graph.finalize().ok());
  const auto bytes = serialize_graph(graph);
  ASSERT_TRUE(bytes.ok()) << bytes.status().message();
  const auto model = load(*bytes);
  ASSERT_TRUE(model.ok()) << model.status().message();
  EXPECT_THAT(names(model->graph, model->graph.outputs), ElementsAre("y"));
}

TEST(Export, RefusesNodesThatDoNotExistOrRepeat) {
  const Graph graph = chain();
  EXPECT_FALSE(serialize_nodes(graph, std::vector<NodeId>{9}).ok());
  EXPECT_FALSE(serialize_nodes(graph, std::vector<NodeId>{0, 0}).ok());
}

void expect_same(const Graph& a, const Graph& b, const std::string& where) {
  ASSERT_EQ(a.num_nodes(), b.num_nodes()) << where;
  for (NodeId id = 0; id < a.num_nodes(); ++id) {
    const Node &left = a.node(id), &right = b.node(id);
    EXPECT_EQ(left.op_type.view(), right.op_type.view()) << where;
    EXPECT_EQ(left.since_version, right.since_version) << where;
    EXPECT_EQ(left.inputs.size(), right.inputs.size()) << where;
    EXPECT_EQ(left.attributes.size(), right.attributes.size()) << where;
    EXPECT_EQ(left.implicit_inputs.size(), right.implicit_inputs.size()) << where;
  }
  EXPECT_EQ(a.inputs.size(), b.inputs.size()) << where;
  EXPECT_EQ(a.outputs.size(), b.outputs.size()) << where;
}

TEST(Export, LoadsTheStandardsOwnModelsAgain) {
  const char* set = std::getenv("MORTISE_ONNX_VECTORS");
  const fs::path folder = fs::path(set != nullptr ? set : "/usr/share/libonnx-testdata/data") / "node";
  if (!fs::is_directory(folder)) GTEST_SKIP() << "no ONNX vectors in " << folder;
  int compared = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const auto model = load_model(entry.path() / "model.onnx");
    if (!model.ok()) continue;
    const auto bytes = serialize_graph(model->graph);
    if (!bytes.ok() && bytes.status().code() == StatusCode::kUnimplemented) continue;
    ASSERT_TRUE(bytes.ok()) << entry.path() << ": " << bytes.status().message();
    const auto again = load(*bytes);
    ASSERT_TRUE(again.ok()) << entry.path() << ": " << again.status().message();
    expect_same(model->graph, again->graph, entry.path().string());
    ++compared;
  }
  EXPECT_GT(compared, 500);
}

}  // namespace
}  // namespace mortise
