// Inputs of optional types: given as an optional, as the plain value, and in bodies.
#include <gmock/gmock.h>

#include "mortise/core/session.h"
#include "tests/support/model_text.h"

namespace mortise {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// The element where there is one, otherwise -1.
const std::string kModel = R"(g (float[n] x) => (y) {
  has = OptionalHasElement(x)
  y = If(has) <then_branch = t () => (a) { a = OptionalGetElement(x) },
               else_branch = e () => (b) { b = Constant<value = float[1] {-1.0}>() }>
})";

// The text form has no word for sequences and optionals.
void make_optional(onnx::ValueInfoProto& value) {
  const onnx::TypeProto element = value.type();
  *value.mutable_type()->mutable_optional_type()->mutable_elem_type() = element;
}
void make_sequence(onnx::ValueInfoProto& value) {
  const onnx::TypeProto element = value.type();
  *value.mutable_type()->mutable_sequence_type()->mutable_elem_type() = element;
}

Result<Session> load(const onnx::ModelProto& model) {
  const std::string bytes = model.SerializeAsString();
  return Session::load(LoadInput{.bytes = std::as_bytes(std::span(bytes))});
}

Result<Session> load_optional() {
  onnx::ModelProto model;
  model.ParseFromString(test::model_bytes(kModel, 18));
  make_optional(*model.mutable_graph()->mutable_input(0));
  return load(model);
}

std::vector<float> floats(const Value& value) {
  const auto all = value.tensor.elements<float>();
  return {all.begin(), all.end()};
}

TEST(OptionalInput, TakesAnOptionalOrThePlainValue) {
  auto session = load_optional();
  ASSERT_TRUE(session.ok()) << session.status().message();
  EXPECT_EQ(session->inputs()[0].element, ValueKind::kTensor);
  const Value plain = Tensor::of<float>({2}, {3, 4});
  for (const Value& given : {plain, Value(ValueKind::kOptional, {plain})}) {
    const auto y = session->run({{"x", given}});
    ASSERT_TRUE(y.ok()) << y.status().message();
    EXPECT_THAT(floats(y->at("y")), ElementsAre(3, 4));
  }
  const auto nothing = session->run({{"x", Value(ValueKind::kOptional, {})}});
  ASSERT_TRUE(nothing.ok()) << nothing.status().message();
  EXPECT_THAT(floats(nothing->at("y")), ElementsAre(-1));
}

TEST(OptionalInput, RefusesWhatItCannotHold) {
  auto session = load_optional();
  ASSERT_TRUE(session.ok()) << session.status().message();
  const Value plain = Tensor::of<float>({2}, {3, 4}), ints = Tensor::of<int64_t>({2}, {3, 4});
  const auto message = [&](const Value& value) { return std::string(session->run({{"x", value}}).status().message()); };
  EXPECT_THAT(message(ints), HasSubstr("input 'x' is optional(float32[n]), but int64[2] was given"));
  EXPECT_THAT(message(Value(ValueKind::kOptional, {ints})), HasSubstr("int64[2] was given"));
  EXPECT_THAT(message(Value(ValueKind::kSequence, {plain})), HasSubstr("but a sequence was given"));
  EXPECT_THAT(message(Value(ValueKind::kOptional, {plain, plain})),
              HasSubstr("but an optional of 2 elements was given"));
}

TEST(SequenceInput, HoldsWhatIsDeclaredWhereSomethingIs) {
  for (const bool known : {true, false}) {
    onnx::ModelProto model;
    model.ParseFromString(test::model_bytes("g (float[n] x) => (y) { y = SequenceLength(x) }", 18));
    onnx::ValueInfoProto& input = *model.mutable_graph()->mutable_input(0);
    if (!known) input.mutable_type()->mutable_tensor_type()->clear_elem_type();
    make_sequence(input);
    auto session = load(model);
    ASSERT_TRUE(session.ok()) << session.status().message();
    const Value ints(ValueKind::kSequence, {Tensor::of<int64_t>({1}, {3})});
    const auto y = session->run({{"x", ints}});
    EXPECT_EQ(y.ok(), !known) << y.status().message();
    const std::string sentence = known ? "sequence(float32[n]), but int64[1] was given" : "";
    EXPECT_THAT(y.status().message(), HasSubstr(sentence));
  }
}

TEST(OptionalInput, TakesThePlainValueThatALoopCarries) {
  // The first iteration begins with what is given, or with 0; each appends its number.
  onnx::ModelProto model;
  model.ParseFromString(test::model_bytes(R"(g (int64 trips, bool go, float start) => (result) {
    result = Loop(trips, go, start) <body = b (int64 i, bool c, float before) => (bool d, after) {
      d = Identity(c)
      has = OptionalHasElement(before)
      list = If(has) <then_branch = t () => (old) { old = OptionalGetElement(before) },
                      else_branch = e () => (one) {
                        zero = Constant<value = float {0.0}>()
                        one = SequenceConstruct(zero)
                      }>
      number = Cast<to = 1>(i)
      after = SequenceInsert(list, number)
    }>
  })",
                                          18));
  onnx::GraphProto& graph = *model.mutable_graph();
  onnx::GraphProto& body = *graph.mutable_node(0)->mutable_attribute(0)->mutable_g();
  for (onnx::ValueInfoProto* value : {graph.mutable_input(2), body.mutable_input(2)}) {
    make_sequence(*value);
    make_optional(*value);
  }
  auto session = load(model);
  ASSERT_TRUE(session.ok()) << session.status().message();
  const Value sequence(ValueKind::kSequence, {Tensor::of<float>({}, {9}), Tensor::of<float>({}, {8})});
  const auto lengths = [&](const Value& start) -> size_t {
    const auto y =
        session->run({{"trips", Tensor::of<int64_t>({}, {3})}, {"go", Tensor::of<bool>({}, {true})}, {"start", start}});
    EXPECT_TRUE(y.ok()) << y.status().message();
    return y.ok() ? y->at("result").elements.size() : 0;
  };
  EXPECT_EQ(lengths(Value(ValueKind::kOptional, {})), 4u);
  EXPECT_EQ(lengths(sequence), 5u);
  EXPECT_EQ(lengths(Value(ValueKind::kOptional, {sequence})), 5u);
}

}  // namespace
}  // namespace mortise
