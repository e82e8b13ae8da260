// Each pass on small graphs built by hand.
#include <gmock/gmock.h>

#include <cmath>

#include "core/optimize/optimize.h"
#include "tests/core/infer/graph_builder.h"

namespace mortise::optimize {
namespace {

Result<std::vector<Tensor>> add_ints(const Graph& graph, NodeId id) {
  const Node& node = graph.node(id);
  if (node.op_type != "Add") return unimplemented("only Add");
  const Tensor& a = *graph.constant(node.inputs[0]);
  const Tensor& b = *graph.constant(node.inputs[1]);
  Tensor sum = Tensor::allocate(DType::kI64, a.shape()).value();
  for (int64_t i = 0; i < sum.num_elements(); ++i) sum.data<int64_t>()[i] = a.data<int64_t>()[i] + b.data<int64_t>()[i];
  return std::vector<Tensor>{sum};
}

class Passes : public testing::Test, protected GraphBuilder {
 protected:
  // Optimizes with one pass; the operators that remain, in order.
  std::vector<std::string> run(std::string_view pass) {
    graph.output_names.assign(graph.outputs.size(), graph.intern("result"));
    Status status = graph.finalize();
    if (status.ok()) status = infer_types(graph);
    EXPECT_TRUE(status.ok()) << status.message();
    status = optimize({.enable = {{std::string(pass)}}});
    EXPECT_TRUE(status.ok()) << status.message();
    EXPECT_TRUE(graph.validate().ok());
    std::vector<std::string> ops;
    for (NodeId id = 0; id < graph.num_nodes(); ++id) ops.emplace_back(graph.node(id).op_type.view());
    return ops;
  }
  Status optimize(const OptimizeOptions& options) { return mortise::optimize::optimize(graph, options, context); }
  ValueId x() { return input("x", DType::kF32, Dims{known_dim(2), known_dim(3)}); }

  PassContext context{.evaluate = add_ints};
};

using testing::ElementsAre;
using testing::IsEmpty;

TEST_F(Passes, NamesTheKnownOnesWhenOneIsUnknown) {
  const Status status = optimize({.disable = {"fold_everything"}});
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), testing::HasSubstr("fold_everything"));
  for (const Pass& pass : passes()) EXPECT_THAT(status.message(), testing::HasSubstr(std::string(pass.name)));
}

TEST_F(Passes, DropsNodesThatNoOutputNeeds) {
  const ValueId a = x();
  node("Exp", {node("Neg", {a})});
  node("Abs", {a});
  EXPECT_THAT(run("drop_dead_nodes"), ElementsAre("Abs"));
}

TEST_F(Passes, DropsIdentitiesInside) {
  node("Abs", {node("Identity", {node("Identity", {x()})})});
  EXPECT_THAT(run("drop_identities"), ElementsAre("Abs"));
  EXPECT_EQ(graph.node(0).inputs[0], graph.inputs[0]);
}

TEST_F(Passes, KeepAnIdentityFromInputToOutput) {
  node("Identity", {x()});
  EXPECT_THAT(run("drop_identities"), ElementsAre("Identity"));
}

TEST_F(Passes, KeepTwoOutputsApart) {
  const ValueId a = node("Abs", {x()});
  const ValueId b = node("Identity", {a});
  graph.outputs = {a, b};
  EXPECT_THAT(run("drop_identities"), ElementsAre("Abs", "Identity"));
}

TEST_F(Passes, KeepTheNameOfAnOutput) {
  node("Identity", {node("Abs", {x()})});
  EXPECT_THAT(run("drop_identities"), ElementsAre("Abs"));
  EXPECT_EQ(graph.output_names[0], "result");
  EXPECT_EQ(graph.value(graph.outputs[0]).producer, 0u);
}

TEST_F(Passes, DropCastsToTheSameTypeOnly) {
  const ValueId same = node("Cast", {x()}, {{"to", 1}});
  node("Cast", {same}, {{"to", 11}});
  EXPECT_THAT(run("drop_identities"), ElementsAre("Cast"));
}

TEST_F(Passes, DropTransposesThatKeepTheOrderOnly) {
  const ValueId same = node("Transpose", {x()}, {}, {{"perm", {0, 1}}});
  node("Abs", {node("Transpose", {same})});
  EXPECT_THAT(run("drop_identities"), ElementsAre("Transpose", "Abs"));
}

TEST_F(Passes, KeepAReversingSlice) {
  const ValueId a = x();
  const ValueId all = node("Slice", {a, ints({0, 0}), ints({2, 3})});
  const ValueId back = node("Slice", {all, ints({-1}), ints({-9}), ints({0}), ints({-1})});
  node("Abs", {back});
  EXPECT_THAT(run("drop_identities"), ElementsAre("Slice", "Abs"));
}

TEST_F(Passes, DropReshapesToTheSameShapeOnly) {
  const ValueId same = node("Reshape", {x(), ints({2, -1})});
  node("Abs", {node("Reshape", {same, ints({3, 2})})});
  EXPECT_THAT(run("drop_identities"), ElementsAre("Reshape", "Abs"));
}

TEST_F(Passes, FoldChainsOfConstants) {
  const ValueId three = node("Add", {ints({1}), ints({2})});
  const ValueId n = input("n", DType::kI64, Dims{known_dim(1)});
  node("Add", {n, node("Add", {three, ints({4})})});
  EXPECT_THAT(run("fold_constants"), ElementsAre("Add"));
  ASSERT_NE(graph.constant(graph.node(0).inputs[1]), nullptr);
  EXPECT_EQ(graph.constant(graph.node(0).inputs[1])->data<int64_t>()[0], 7);
}

TEST_F(Passes, KeepWhatCannotBeEvaluatedOrIsTooLarge) {
  const ValueId n = input("n", DType::kI64, Dims{known_dim(1)});
  node("Mul", {node("Mul", {ints({1}), ints({2})}), n});
  EXPECT_THAT(run("fold_constants"), ElementsAre("Mul", "Mul"));
  context.max_folded_bytes = 7;
  node("Mul", {node("Add", {ints({1}), ints({2})}), n});
  EXPECT_THAT(run("fold_constants"), testing::Contains("Add"));
}

TEST_F(Passes, NeverFoldAnInputWithADefault) {
  const ValueId n = input("n", DType::kI64, Dims{known_dim(1)});
  graph.make_constant(n, Tensor::of<int64_t>({1}, {5}));
  node("Neg", {node("Add", {n, ints({1})})});
  EXPECT_THAT(run("fold_constants"), ElementsAre("Add", "Neg"));
}

TEST_F(Passes, MergeEqualNodesAndTheirReaders) {
  const ValueId a = x();
  const ValueId one = node("Abs", {node("Neg", {a})});
  const ValueId two = node("Abs", {node("Neg", {a})});
  node("Add", {one, two});
  EXPECT_THAT(run("merge_duplicates"), ElementsAre("Neg", "Abs", "Add"));
}

TEST_F(Passes, NeverMergeOtherAttributesOrRandomNodes) {
  const ValueId a = x();
  const ValueId one = node("Softmax", {a}, {{"axis", 0}});
  const ValueId two = node("Softmax", {a}, {{"axis", 1}});
  const ValueId r1 = node("RandomNormalLike", {a});
  const ValueId r2 = node("RandomNormalLike", {a});
  node("Sum", {one, two, r1, r2});
  EXPECT_THAT(run("merge_duplicates"),
              ElementsAre("Softmax", "Softmax", "RandomNormalLike", "RandomNormalLike", "Sum"));
}

TEST_F(Passes, ReachBodies) {
  const ValueId outside = x();
  const auto body = [&] {
    auto inner = std::make_unique<Graph>(graph.strings());
    const ValueId captured = inner->add_value(graph.intern("x"), Type::tensor(DType::kF32));
    inner->value(captured).outer = outside;
    const auto add = [&](std::string_view op, ValueId input) {
      Node node;
      node.op_type = graph.intern(op);
      node.since_version = 13;
      node.inputs = {input};
      node.outputs = {inner->add_value(graph.intern(op), Type::tensor(DType::kF32))};
      const ValueId output = node.outputs[0];
      inner->add_node(std::move(node));
      return output;
    };
    inner->outputs = {add("Abs", add("Identity", captured))};
    inner->output_names = {graph.intern("inner")};
    return inner;
  };
  const ValueId condition = input("condition", DType::kBool, Dims{});
  node("If", {condition});
  graph.node(0).attributes.push_back({graph.intern("then_branch"), body()});
  graph.node(0).attributes.push_back({graph.intern("else_branch"), body()});
  EXPECT_THAT(run("drop_identities"), ElementsAre("If"));
  for (const char* branch : {"then_branch", "else_branch"}) {
    const Graph& inner = *graph.node(0).body(branch);
    ASSERT_EQ(inner.num_nodes(), 1u) << branch;
    EXPECT_EQ(inner.node(0).op_type, "Abs");
    EXPECT_EQ(inner.value(inner.node(0).inputs[0]).outer, outside);
  }
}

class Normalization : public Passes {
 protected:
  ValueId floats(std::initializer_list<float> elements) {
    return graph.add_constant({}, Tensor::of<float>({static_cast<int64_t>(elements.size())}, elements));
  }
  ValueId convolution() {
    const ValueId image = input("x", DType::kF32, Dims{known_dim(1), known_dim(1), known_dim(4)});
    const ValueId weights = graph.add_constant({}, Tensor::of<float>({2, 1, 1}, {3.0f, 5.0f}));
    return node("Conv", {image, weights, floats({1, 2})});
  }
  ValueId normalize(ValueId value) {
    return node("BatchNormalization", {value, floats({2, 4}), floats({10, 20}), floats({0.5f, 1}), floats({4, 16})});
  }
};

TEST_F(Normalization, BecomesPartOfTheWeights) {
  normalize(convolution());
  EXPECT_THAT(run("fold_batch_normalization"), ElementsAre("Conv"));
  const Node& conv = graph.node(0);
  // Channel 0: 2 * (3x + 1 - 0.5) / sqrt(4 + eps) + 10; channel 1: 4 * (5x + 2 - 1) / sqrt(16 + eps) + 20.
  const auto weights = graph.constant(conv.inputs[1])->elements<float>();
  const auto bias = graph.constant(conv.inputs[2])->elements<float>();
  EXPECT_NEAR(weights[0], 3.0, 1e-5);
  EXPECT_NEAR(weights[1], 5.0, 1e-5);
  EXPECT_NEAR(bias[0], 10.5, 1e-5);
  EXPECT_NEAR(bias[1], 21.0, 1e-5);
  EXPECT_EQ(conv.outputs[0], graph.outputs[0]);
}

TEST_F(Normalization, StaysWhereTheConvHasAnotherReader) {
  const ValueId conv = convolution();
  node("Add", {conv, normalize(conv)});
  EXPECT_THAT(run("fold_batch_normalization"), ElementsAre("Conv", "BatchNormalization", "Add"));
}

}  // namespace
}  // namespace mortise::optimize
