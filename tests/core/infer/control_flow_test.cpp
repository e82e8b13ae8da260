#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/core/infer/graph_builder.h"

namespace mortise {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// A graph within the graph of `outer`, whose inputs are declared without types.
class BodyBuilder {
 public:
  explicit BodyBuilder(GraphBuilder& outer) : body_(std::make_unique<Graph>(outer.graph.strings())) {}

  ValueId input() {
    body_->inputs.push_back(body_->add_value(body_->intern(concat("i", body_->inputs.size()))));
    return body_->inputs.back();
  }
  ValueId outer(ValueId id) {
    const ValueId value = body_->add_value({});
    body_->value(value).outer = id;
    return value;
  }
  ValueId ints(std::initializer_list<int64_t> elements) {
    return body_->add_constant({}, Tensor::of<int64_t>({static_cast<int64_t>(elements.size())}, elements));
  }
  ValueId node(std::string_view op_type, IdList inputs, std::vector<Attribute> attributes = {}) {
    Node node;
    node.op_type = body_->intern(op_type);
    node.since_version = infer::since_version("", op_type, 27).value_or(0);
    node.inputs = std::move(inputs);
    node.outputs = {body_->add_value(body_->intern(concat("v", body_->num_values())))};
    node.attributes = std::move(attributes);
    const ValueId output = node.outputs[0];
    body_->add_node(std::move(node));
    return output;
  }
  Attribute done(Graph& outer, std::string_view name, std::vector<ValueId> outputs) {
    body_->outputs = std::move(outputs);
    return {outer.intern(name), std::move(body_)};
  }
  Symbol intern(std::string_view text) { return body_->intern(text); }

 private:
  std::unique_ptr<Graph> body_;
};

// Adds a node with bodies and `outputs` outputs, which become the graph's.
void add_node(GraphBuilder& b, std::string_view op_type, IdList inputs, std::vector<Attribute> attributes,
              size_t outputs) {
  Node node;
  node.op_type = b.graph.intern(op_type);
  node.since_version = infer::since_version("", op_type, 27).value_or(0);
  node.inputs = std::move(inputs);
  b.graph.outputs.clear();
  for (size_t i = 0; i < outputs; ++i) node.outputs.push_back(b.graph.add_value(b.graph.intern(concat("out", i))));
  b.graph.outputs.assign(node.outputs.begin(), node.outputs.end());
  node.attributes = std::move(attributes);
  b.graph.add_node(std::move(node));
}

std::string output(GraphBuilder& b, size_t i) { return to_string(b.graph.value(b.graph.outputs[i]).type); }

std::vector<Attribute> attributes(Attribute a) {
  std::vector<Attribute> list;
  list.push_back(std::move(a));
  return list;
}

TEST(InferIf, KeepsWhatBothBranchesGive) {
  GraphBuilder b;
  const ValueId c = b.input("c", DType::kBool, Dims{});
  const ValueId x = b.input("x", DType::kF32, Dims{b.symbol("n"), known_dim(4)});
  const ValueId y = b.input("y", DType::kF32, Dims{b.symbol("n"), known_dim(5)});
  BodyBuilder first(b);
  BodyBuilder second(b);
  auto branches = attributes(first.done(b.graph, "then_branch", {first.node("Relu", {first.outer(x)})}));
  branches.push_back(second.done(b.graph, "else_branch", {second.node("Relu", {second.outer(y)})}));
  add_node(b, "If", {c}, std::move(branches), 1);
  EXPECT_EQ(b.infer(), "float32[n, ?]");
}

// As exporters write a squeeze of an axis that may not be 1.
TEST(InferIf, IgnoresTheBranchThatNeverRuns) {
  GraphBuilder b;
  const ValueId x = b.input("x", DType::kF32, Dims{known_dim(3), known_dim(4)});
  const ValueId c = b.graph.add_constant({}, Tensor::of<bool>({}, {false}));
  BodyBuilder first(b);
  BodyBuilder second(b);
  const ValueId axis = first.ints({0});
  auto branches = attributes(first.done(b.graph, "then_branch", {first.node("Squeeze", {first.outer(x), axis})}));
  branches.push_back(second.done(b.graph, "else_branch", {second.node("Identity", {second.outer(x)})}));
  add_node(b, "If", {c}, std::move(branches), 1);
  EXPECT_EQ(b.infer(), "float32[3, 4]");
}

// Carried: one that stays and one that grows along axis 0. Stacked: the one that stays.
GraphBuilder loop(int64_t trips) {
  GraphBuilder b;
  const ValueId m = b.graph.add_constant({}, Tensor::of<int64_t>({}, {trips}));
  const ValueId x = b.input("x", DType::kF32, Dims{known_dim(3), known_dim(4)});
  BodyBuilder body(b);
  body.input();
  const ValueId c = body.node("Identity", {body.input()});
  const ValueId stays = body.node("Relu", {body.input()});
  const ValueId grows = body.node("Concat", {body.input(), stays}, attributes({body.intern("axis"), int64_t{0}}));
  add_node(b, "Loop", {m, kNoId, x, x}, attributes(body.done(b.graph, "body", {c, stays, grows, stays})), 3);
  return b;
}

TEST(InferLoop, KeepsShapesThatStayAndForgetsExtentsThatChange) {
  GraphBuilder b = loop(7);
  EXPECT_EQ(b.infer(), "float32[3, 4]");
  EXPECT_EQ(output(b, 1), "float32[?, 4]");
  EXPECT_EQ(output(b, 2), "float32[?, 3, 4]");
}

TEST(InferLoop, SetsTypesInsideTheBodyThatHoldInEveryIteration) {
  GraphBuilder b = loop(7);
  b.infer();
  const Graph& body = *std::as_const(b.graph).node(0).body("body");
  EXPECT_EQ(to_string(body.value(body.inputs[0]).type), "int64[]");
  EXPECT_EQ(to_string(body.value(body.inputs[2]).type), "float32[3, 4]");
  EXPECT_EQ(to_string(body.value(body.inputs[3]).type), "float32[?, 4]");
  EXPECT_EQ(to_string(body.value(body.outputs[2]).type), "float32[?, 4]");
}

// A rank that changes settles on no shape at all.
TEST(InferLoop, ForgetsRanksThatChange) {
  GraphBuilder b;
  const ValueId x = b.input("x", DType::kF32, Dims{known_dim(3)});
  BodyBuilder body(b);
  body.input();
  const ValueId c = body.node("Identity", {body.input()});
  const ValueId carried = body.node("Unsqueeze", {body.input(), body.ints({0})});
  add_node(b, "Loop", {kNoId, kNoId, x}, attributes(body.done(b.graph, "body", {c, carried})), 1);
  EXPECT_EQ(b.infer(), "float32");
}

// A value cannot be of one type in one place and of another in the next: it would be read as what it is not.
TEST(InferIf, RefusesBranchesOfDifferentTypes) {
  for (const bool sequence : {false, true}) {
    GraphBuilder b;
    const ValueId c = b.input("c", DType::kBool, Dims{});
    const ValueId x = b.input("x", DType::kF32, Dims{known_dim(4)});
    BodyBuilder first(b);
    BodyBuilder second(b);
    auto branches = attributes(first.done(b.graph, "then_branch", {first.node("Relu", {first.outer(x)})}));
    const ValueId other = sequence
                              ? second.node("SequenceConstruct", {second.outer(x)})
                              : second.node("Cast", {second.outer(x)}, attributes({second.intern("to"), int64_t{11}}));
    branches.push_back(second.done(b.graph, "else_branch", {other}));
    add_node(b, "If", {c}, std::move(branches), 1);
    EXPECT_THAT(b.infer(), AllOf(HasSubstr("(If)"), HasSubstr("output 0 of then_branch is float32[4]"),
                                 HasSubstr(sequence ? "is sequence(float32[4])" : "is float64[4]")));
  }
}

TEST(InferLoop, RefusesCarriedValuesThatChangeTheirType) {
  GraphBuilder b;
  const ValueId x = b.input("x", DType::kF32, Dims{known_dim(3)});
  BodyBuilder body(b);
  body.input();
  const ValueId c = body.node("Identity", {body.input()});
  const ValueId carried = body.node("Cast", {body.input()}, attributes({body.intern("to"), int64_t{11}}));
  add_node(b, "Loop", {kNoId, kNoId, x}, attributes(body.done(b.graph, "body", {c, carried})), 1);
  EXPECT_THAT(b.infer(),
              AllOf(HasSubstr("(Loop)"), HasSubstr("carried value 0 is float32[3]"), HasSubstr("float64[3]")));
}

TEST(InferScan, RefusesStatesThatChangeTheirType) {
  GraphBuilder b;
  const ValueId x = b.input("x", DType::kF32, Dims{known_dim(2), known_dim(3)});
  const ValueId state = b.input("s", DType::kF32, Dims{known_dim(3)});
  BodyBuilder body(b);
  const ValueId changed = body.node("Cast", {body.input()}, attributes({body.intern("to"), int64_t{2}}));
  const ValueId step = body.node("Neg", {body.input()});
  auto list = attributes(body.done(b.graph, "body", {changed, step}));
  list.push_back({b.graph.intern("num_scan_inputs"), int64_t{1}});
  add_node(b, "Scan", {state, x}, std::move(list), 2);
  EXPECT_THAT(b.infer(), AllOf(HasSubstr("(Scan)"), HasSubstr("carried value 0 is float32[3]"), HasSubstr("uint8[3]")));
}

TEST(InferLoop, RejectsABodyThatTakesOtherInputs) {
  GraphBuilder b;
  const ValueId x = b.input("x", DType::kF32, Dims{known_dim(3)});
  BodyBuilder body(b);
  body.input();
  const ValueId c = body.node("Identity", {body.input()});
  add_node(b, "Loop", {kNoId, kNoId, x}, attributes(body.done(b.graph, "body", {c, c})), 1);
  EXPECT_THAT(b.infer(), HasSubstr("its body 'body' takes 2 inputs, not 3"));
}

// Loops in loops: each round of one tries the next, so the rounds of all would multiply.
TEST(InferLoop, TakesNoExponentialTimeForNestedBodies) {
  GraphBuilder b;
  const ValueId x = b.input("x", DType::kF32, Dims{known_dim(3)});
  std::optional<Attribute> inner;
  for (int depth = 0; depth < 40; ++depth) {
    BodyBuilder body(b);
    body.input();
    const ValueId c = body.node("Identity", {body.input()});
    const ValueId in = body.input();
    ValueId carried = body.node("Concat", {in, in}, attributes({body.intern("axis"), int64_t{0}}));
    if (inner) carried = body.node("Loop", {kNoId, kNoId, carried}, attributes(std::move(*inner)));
    inner = body.done(b.graph, "body", {c, carried});
  }
  add_node(b, "Loop", {kNoId, kNoId, x}, attributes(std::move(*inner)), 1);
  EXPECT_EQ(b.infer(), "float32");  // deep inside nothing is tried twice, so shapes are given up at once
}

TEST(InferScan, CutsInputsAndStacksOutputsAlongTheirAxes) {
  GraphBuilder b;
  const ValueId state = b.input("state", DType::kF32, Dims{known_dim(2)});
  const ValueId x = b.input("x", DType::kF32, Dims{known_dim(2), b.symbol("time")});
  BodyBuilder body(b);
  const ValueId in = body.input();
  const ValueId sum = body.node("Add", {in, body.input()});
  auto list = attributes(body.done(b.graph, "body", {sum, sum}));
  list.push_back({b.graph.intern("num_scan_inputs"), int64_t{1}});
  list.push_back({b.graph.intern("scan_input_axes"), std::vector<int64_t>{-1}});
  list.push_back({b.graph.intern("scan_output_axes"), std::vector<int64_t>{1}});
  add_node(b, "Scan", {state, x}, std::move(list), 2);
  EXPECT_EQ(b.infer(), "float32[2]");
  EXPECT_EQ(output(b, 1), "float32[2, time]");
}

TEST(InferScan, RefusesDirectionsThatAreNone) {
  const auto scan = [](int32_t version, const char* attribute, std::vector<int64_t> directions) {
    GraphBuilder b;
    const ValueId x = b.input("x", DType::kF32, Dims{known_dim(2), known_dim(3)});
    BodyBuilder body(b);
    auto list = attributes(body.done(b.graph, "body", {body.node("Neg", {body.input()})}));
    list.push_back({b.graph.intern("num_scan_inputs"), int64_t{1}});
    list.push_back({b.graph.intern(attribute), std::move(directions)});
    add_node(b, "Scan", version == 8 ? IdList{kNoId, x} : IdList{x}, std::move(list), 1);
    b.graph.node(0).since_version = version;
    return b.infer();
  };
  for (const char* attribute : {"scan_input_directions", "scan_output_directions"}) {
    EXPECT_EQ(scan(11, attribute, {1}), "float32[2, 3]");
    EXPECT_THAT(scan(11, attribute, {2}),
                AllOf(HasSubstr("(Scan)"), HasSubstr(attribute), HasSubstr("has the entry 2; each must be 0 to 1")));
    EXPECT_THAT(scan(11, attribute, {-1}), HasSubstr("has the entry -1"));
    EXPECT_THAT(scan(11, attribute, {0, 1}), HasSubstr("has 2 entries for 1 scans"));
  }
  EXPECT_THAT(scan(8, "directions", {2}), HasSubstr("attribute 'directions' has the entry 2; each must be 0 to 1"));
}

TEST(InferSequenceMap, GivesSequencesOfWhatTheBodyGives) {
  GraphBuilder b;
  const ValueId x = b.input("x", DType::kF32, Dims{b.symbol("n")});
  const ValueId list = b.node("SequenceConstruct", {x, x});
  BodyBuilder body(b);
  add_node(b, "SequenceMap", {list}, attributes(body.done(b.graph, "body", {body.node("Shape", {body.input()})})), 1);
  EXPECT_EQ(b.infer(), "sequence(int64[1])");
}

// So that the branch for what is not there may be impossible.
TEST(InferOptional, KnowsWhetherATensorOrNothingIsAnElement) {
  for (const bool given : {true, false}) {
    GraphBuilder b;
    const ValueId x = b.input("x", DType::kF32, Dims{known_dim(3)});
    const ValueId condition = b.node("OptionalHasElement", {given ? x : kNoId});
    BodyBuilder possible(b), impossible(b);
    const ValueId right = possible.node("Neg", {possible.outer(x)});
    const ValueId wrong = impossible.node("Add", {impossible.outer(x), impossible.ints({1, 2})});
    auto branches = attributes(possible.done(b.graph, given ? "then_branch" : "else_branch", {right}));
    branches.push_back(impossible.done(b.graph, given ? "else_branch" : "then_branch", {wrong}));
    add_node(b, "If", {condition}, std::move(branches), 1);
    EXPECT_EQ(b.infer(), "float32[3]") << given;
  }
}

TEST(InferOptional, WrapsAndUnwraps) {
  GraphBuilder b;
  const ValueId x = b.input("x", DType::kF32, Dims{b.symbol("n")});
  const ValueId o = b.node("Optional", {x});
  EXPECT_EQ(b.infer(), "optional(float32[n])");
  b.node("OptionalGetElement", {o});
  EXPECT_EQ(b.infer(), "float32[n]");
}

}  // namespace
}  // namespace mortise
