// Maps through a session: from the application into the model, between nodes, and out.
#include <gmock/gmock.h>
#include <onnx/onnx_pb.h>

#include "mortise/core/session.h"
#include "tests/support/model_text.h"

namespace mortise {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kMapOfStrings = "map_type { key_type: 8 value_type { tensor_type { elem_type: 1 shape {} } } }";

Result<Session> load(const std::string& graph) {
  onnx::ModelProto model;
  model.ParseFromString(test::model_of_graph(graph));
  auto& opset = *model.add_opset_import();
  opset.set_domain("ai.onnx.ml");
  opset.set_version(3);
  LoadInput input;
  const std::string bytes = model.SerializeAsString();
  input.bytes = std::as_bytes(std::span(bytes));
  return Session::load(std::move(input));
}

// DictVectorizer, then ZipMap with other keys.
std::string round_trip() {
  return std::string(R"(name: "g"
      node { domain: "ai.onnx.ml" op_type: "DictVectorizer" input: "x" output: "v"
             attribute { name: "string_vocabulary" type: STRINGS strings: "a" strings: "b" } }
      node { domain: "ai.onnx.ml" op_type: "ZipMap" input: "v" output: "y"
             attribute { name: "classlabels_int64s" type: INTS ints: 10 ints: 20 } }
      input { name: "x" type { )") +
         kMapOfStrings + R"( } }
      output { name: "y" type { sequence_type { elem_type {
               map_type { key_type: 7 value_type { tensor_type { elem_type: 1 shape {} } } } } } } })";
}

Value map_of(Tensor keys, Tensor values) { return Value(ValueKind::kMap, {std::move(keys), std::move(values)}); }

TEST(Maps, PassThroughASession) {
  auto session = load(round_trip());
  ASSERT_TRUE(session.ok()) << session.status().message();
  EXPECT_EQ(session->inputs()[0].kind, ValueKind::kMap);
  EXPECT_EQ(session->inputs()[0].type, "map(string, float32[])");
  EXPECT_EQ(session->outputs()[0].type, "sequence(map(int64, float32[]))");
  const auto result = session->run({{"x", map_of(Tensor::strings({1}, {"b"}), Tensor::of<float>({1}, {1.5f}))}});
  ASSERT_TRUE(result.ok()) << result.status().message();
  const Value& y = result->at("y");
  ASSERT_EQ(y.kind, ValueKind::kSequence);
  ASSERT_EQ(y.elements.size(), 1u);
  ASSERT_EQ(y.elements[0].kind, ValueKind::kMap);
  EXPECT_THAT(y.elements[0].elements[0].tensor.elements<int64_t>(), ElementsAre(10, 20));
  EXPECT_THAT(y.elements[0].elements[1].tensor.elements<float>(), ElementsAre(0, 1.5f));
}

TEST(Maps, AreCheckedAgainstTheModel) {
  auto session = load(round_trip());
  ASSERT_TRUE(session.ok()) << session.status().message();
  for (const Value& wrong : {Value(Tensor::of<float>({1}, {1})), Value(ValueKind::kMap, {}),
                             map_of(Tensor::of<int64_t>({1}, {1}), Tensor::of<float>({1}, {1})),
                             map_of(Tensor::strings({2}, {"a", "b"}), Tensor::of<float>({1}, {1})),
                             map_of(Tensor::strings({1}, {"a"}), Tensor::of<double>({1}, {1}))}) {
    const auto result = session->run({{"x", wrong}});
    ASSERT_FALSE(result.ok());
    EXPECT_THAT(result.status().message(), HasSubstr("input 'x' is map(string, float32[]), but "));
  }
}

TEST(Maps, AreNoTensors) {
  const auto session = load(std::string(R"(name: "g"
      node { op_type: "Relu" input: "x" output: "y" }
      input { name: "x" type { )") +
                            kMapOfStrings + R"( } }
      output { name: "y" type { tensor_type { elem_type: 1 } } })");
  ASSERT_FALSE(session.ok());
  EXPECT_THAT(session.status().message(), HasSubstr("input #0 'X' is map(string, float32[]); it must be a tensor"));
}

}  // namespace
}  // namespace mortise
