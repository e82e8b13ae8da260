// Loading models: what the standard's own vectors hold, and what hostile files get for an answer.
#include "core/model/load.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <iostream>

#include "tests/core/model/small_model.h"

namespace mortise {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

TEST(Load, ImportsASmallModel) {
  const auto model = load(add_model());
  ASSERT_TRUE(model.ok()) << message(model);
  const Graph& graph = model->graph;
  ASSERT_EQ(graph.num_nodes(), 1U);
  EXPECT_EQ(graph.node(0).since_version, 14);
  EXPECT_EQ(to_string(graph.value(graph.inputs[0]).type), "float32[batch]");
  const Tensor* w = graph.constant(graph.node(0).inputs[1]);
  ASSERT_NE(w, nullptr);
  EXPECT_EQ(w->data<float>()[1], 2.0F);
}

TEST(Load, RefusesTruncatedFilesWithASentence) {
  const std::string bytes = add_model().SerializeAsString();
  int refused = 0;
  for (size_t size = 0; size < bytes.size(); ++size) {
    const auto model = load_model(std::as_bytes(std::span(bytes.data(), size)), {});
    if (model.ok()) continue;
    EXPECT_GT(model.status().message().size(), 20U);
    ++refused;
  }
  EXPECT_GT(refused, static_cast<int>(bytes.size()) / 2);
}

TEST(Load, SurvivesEveryFlippedByte) {
  std::string bytes = add_model().SerializeAsString();
  for (char& byte : bytes) {
    for (int mask = 1; mask < 256; ++mask) {
      byte = static_cast<char>(byte ^ mask);
      const auto model = load_model(std::as_bytes(std::span(bytes)), {});
      if (!model.ok()) {
        EXPECT_FALSE(model.status().message().empty());
        EXPECT_NE(model.status().code(), StatusCode::kInternal) << message(model);
      }
      byte = static_cast<char>(byte ^ mask);
    }
  }
}

TEST(Load, NamesANodeOfACycle) {
  auto proto = add_model();
  add_node(*proto.mutable_graph(), "Relu", {"b"}, "a");
  add_node(*proto.mutable_graph(), "Relu", {"a"}, "b");
  EXPECT_THAT(message(load(proto)), AllOf(HasSubstr("make_a"), HasSubstr("cycle")));
}

TEST(Load, RefusesDuplicateAndUndefinedNames) {
  auto proto = add_model();
  add_node(*proto.mutable_graph(), "Relu", {"x"}, "y");
  EXPECT_THAT(message(load(proto)), HasSubstr("value 'y' is defined twice"));
  proto = add_model();
  proto.mutable_graph()->mutable_node(0)->set_input(0, "nowhere");
  EXPECT_THAT(message(load(proto)), AllOf(HasSubstr("node 'make_y' (Add)"), HasSubstr("input 'nowhere'")));
}

onnx::GraphProto* add_body(onnx::GraphProto& graph, const std::string& output) {
  auto* attribute = add_node(graph, "If", {"x"}, output)->add_attribute();
  attribute->set_name("then_branch");
  attribute->set_type(onnx::AttributeProto::GRAPH);
  return attribute->mutable_g();
}

TEST(Load, RefusesDeepNesting) {
  for (const int depth : {257, 2000}) {
    auto proto = add_model();
    onnx::GraphProto* graph = proto.mutable_graph();
    for (int i = 0; i < depth; ++i) graph = add_body(*graph, "v" + std::to_string(i));
    EXPECT_THAT(message(load(proto)), HasSubstr("nested deeper than 256")) << depth;
  }
}

TEST(Load, ChainsOuterValuesThroughEveryBody) {
  auto proto = add_model();
  onnx::GraphProto* middle = add_body(*proto.mutable_graph(), "outer");
  proto.mutable_graph()->add_output()->set_name("outer");
  onnx::GraphProto* inner = add_body(*middle, "inner");
  middle->add_output()->set_name("inner");
  add_node(*inner, "Mul", {"w", "y"}, "product");
  inner->add_output()->set_name("product");
  const auto model = load(proto);
  ASSERT_TRUE(model.ok()) << message(model);
  const Node& outer = model->graph.node(1);
  ASSERT_EQ(outer.op_type, "If");
  EXPECT_EQ(outer.implicit_inputs.size(), 3U);  // x, w, y
  EXPECT_EQ(outer.body("then_branch")->node(0).implicit_inputs.size(), 2U);
}

TEST(Load, ImportsLongChains) {
  auto proto = add_model();
  std::string last = "y";
  for (int i = 0; i < 50'000; ++i) {
    const std::string next = "v" + std::to_string(i);
    add_node(*proto.mutable_graph(), "Relu", {last}, next);
    last = next;
  }
  proto.mutable_graph()->add_output()->set_name(last);
  const auto model = load(proto);
  ASSERT_TRUE(model.ok()) << message(model);
  EXPECT_EQ(model->graph.num_nodes(), 50'001U);
}

TEST(Load, KeepsDefaultsOfInputsSinceIrVersion4Only) {
  auto proto = add_model();
  proto.mutable_graph()->add_input()->set_name("w");
  auto model = load(proto);
  ASSERT_TRUE(model.ok()) << message(model);
  ASSERT_EQ(model->graph.inputs.size(), 2U);
  EXPECT_EQ(model->graph.constant(model->graph.inputs[1]), nullptr);
  EXPECT_NE(model->graph.default_value(model->graph.inputs[1]), nullptr);
  proto.set_ir_version(3);
  model = load(proto);
  ASSERT_TRUE(model.ok()) << message(model);
  EXPECT_EQ(model->graph.inputs.size(), 1U);
}

TEST(Load, HoldsDefaultsAgainstTheInputsTheyAreFor) {
  auto proto = add_model();
  auto& input = *proto.mutable_graph()->add_input();
  input.set_name("w");
  auto& type = *input.mutable_type()->mutable_tensor_type();
  type.set_elem_type(onnx::TensorProto::FLOAT);
  type.mutable_shape()->add_dim()->set_dim_value(4);
  EXPECT_THAT(message(load(proto)), AllOf(HasSubstr("initializer 'w'"), HasSubstr("float32[2] was given"),
                                          HasSubstr("the input of this name is float32[4]")));
  type.mutable_shape()->mutable_dim(0)->set_dim_param("n");
  EXPECT_EQ(message(load(proto)), "loaded");
}

TEST(Load, ReadsTheStandardsOwnModels) {
  const char* set = std::getenv("MORTISE_ONNX_VECTORS");
  const fs::path folder = set != nullptr ? set : "/usr/share/libonnx-testdata/data";
  if (!fs::is_directory(folder)) GTEST_SKIP() << "no ONNX vectors in " << folder;
  int loaded = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().filename() != "model.onnx") continue;
    const auto model = load_model(entry.path());
    EXPECT_TRUE(model.ok()) << entry.path() << ": " << message(model);
    loaded += model.ok() ? 1 : 0;
  }
  std::cout << loaded << " models loaded\n";
  EXPECT_GT(loaded, 0);
}

}  // namespace
}  // namespace mortise
