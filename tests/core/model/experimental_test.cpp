// Operators that were experimental: what ONNX Runtime 1.30 makes of them, number by number.
#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>

#include "mortise/core/session.h"
#include "tests/core/model/small_model.h"

namespace mortise {
namespace {

using testing::FloatNear;
using testing::HasSubstr;
using testing::Pointwise;

// y = op(x), with attributes in protobuf's text form.
onnx::ModelProto one_node(const std::string& op, const std::string& attributes, int64_t opset) {
  onnx::ModelProto model;
  model.set_ir_version(3);
  model.add_opset_import()->set_version(opset);
  auto& graph = *model.mutable_graph();
  graph.add_input()->set_name("x");
  graph.mutable_input(0)->mutable_type()->mutable_tensor_type()->set_elem_type(onnx::TensorProto::FLOAT);
  onnx::NodeProto& node = *add_node(graph, op, {"x"}, "y");
  google::protobuf::TextFormat::MergeFromString(attributes, &node);
  graph.add_output()->set_name("y");
  return model;
}

std::vector<float> result(const std::string& op, const std::string& attributes, const Tensor& x, int64_t opset = 9) {
  const std::string bytes = one_node(op, attributes, opset).SerializeAsString();
  auto session = Session::load(LoadInput{.bytes = std::as_bytes(std::span(bytes))});
  EXPECT_TRUE(session.ok()) << session.status().message();
  if (!session.ok()) return {};
  auto outputs = session->run({{"x", x}});
  EXPECT_TRUE(outputs.ok()) << outputs.status().message();
  if (!outputs.ok()) return {};
  const auto elements = outputs->at("y").tensor.elements<float>();
  return {elements.begin(), elements.end()};
}

std::string number(const char* name, float value) {
  return concat("attribute { name: '", name, "' type: FLOAT f: ", value, " } ");
}
std::string integer(const char* name, int value) {
  return concat("attribute { name: '", name, "' type: INT i: ", value, " } ");
}

MATCHER_P(NumbersAre, wanted, "") {
  return ExplainMatchResult(Pointwise(FloatNear(2e-6F), wanted), arg, result_listener);
}
using Floats = std::vector<float>;

// -3 ... 4, as [1, 2, 2, 2]
Tensor image() { return Tensor::of<float>({1, 2, 2, 2}, {-3, -2, -1, 0, 1, 2, 3, 4}); }

TEST(Experimental, ScalesAndBends) {
  const std::string both = number("alpha", 2) + number("beta", 3);
  EXPECT_THAT(result("Affine", both, image()), NumbersAre(Floats{-3, -1, 1, 3, 5, 7, 9, 11}));
  EXPECT_THAT(result("Affine", "", image()), NumbersAre(Floats{-3, -2, -1, 0, 1, 2, 3, 4}));
  EXPECT_THAT(result("Scale", number("scale", 3), image()), NumbersAre(Floats{-9, -6, -3, 0, 3, 6, 9, 12}));
  EXPECT_THAT(result("ScaledTanh", both, image()),
              NumbersAre(Floats{-2, -1.9999754F, -1.9901094F, 0, 1.9901094F, 1.9999754F, 2, 2}));
  EXPECT_THAT(result("ParametricSoftplus", both, image()),
              NumbersAre(Floats{0.00024674801F, 0.0049513038F, 0.09717466F, 1.386294F, 6.0971747F, 12.004951F,
                                18.000246F, 24.000012F}));
}

TEST(Experimental, ThresholdedReluIsThatOfVersion10) {
  const Tensor x = Tensor::of<float>({5}, {-3, 1, 2, 5, std::numeric_limits<float>::infinity()});
  const float infinity = std::numeric_limits<float>::infinity();
  for (const int64_t opset : {1, 5, 9, 10}) {
    EXPECT_EQ(result("ThresholdedRelu", number("alpha", 2), x, opset), (Floats{0, 0, 0, 5, infinity})) << opset;
    EXPECT_EQ(result("ThresholdedRelu", "", x, opset), (Floats{0, 0, 2, 5, infinity})) << opset;
  }
}

TEST(Experimental, TakesPartsOfImages) {
  const std::string border = "attribute { name: 'border' type: INTS ints: 0 ints: 0 ints: 1 ints: 1 } ";
  EXPECT_EQ(result("Crop", border, image()), (Floats{-3, 1}));
  const std::string inner = "attribute { name: 'border' type: INTS ints: 1 ints: 0 ints: 0 ints: 0 } ";
  EXPECT_EQ(result("Crop", inner, image()), (Floats{-2, 0, 2, 4}));
  const std::string scale = "attribute { name: 'scale' type: INTS ints: 2 ints: 1 } ";
  EXPECT_EQ(result("Crop", border + scale, image()), (Floats{-3, -1, 1, 3}));
  const std::string bias = "attribute { name: 'bias' type: FLOATS floats: 1 floats: 2 } ";
  EXPECT_EQ(result("ImageScaler", bias + number("scale", 2), image()), (Floats{-5, -3, -1, 1, 4, 6, 8, 10}));
}

TEST(Experimental, NormalizesMeanAndVariance) {
  std::vector<float> squares;
  for (int i = 0; i < 16; ++i) squares.push_back(static_cast<float>(i * i));
  const Tensor x = Tensor::of<float>({2, 2, 2, 2}, squares);
  const Floats apart = {-1.0200911F, -0.99861544F, -0.9341886F, -0.8268106F, -1.1520376F, -1.0387223F,
                        -0.9002261F, -0.7365486F,  0.3543474F,  0.7194324F,  1.127469F,   1.5784566F,
                        0.45955598F, 0.7743204F,   1.1142659F,  1.4793925F};
  // Versions before 9 are the same by default.
  for (const int64_t opset : {1, 8, 9}) {
    EXPECT_THAT(result("MeanVarianceNormalization", "", x, opset), NumbersAre(apart)) << opset;
  }
  const Floats across = {-1.0811702F, -1.0672196F,  -1.025368F,   -0.955615F,   -0.85796094F, -0.73240566F,
                         -0.5789492F, -0.39759165F, -0.18833289F, 0.048827045F, 0.31388813F,  0.6068504F,
                         0.9277138F,  1.2764784F,   1.6531442F,   2.0577111F};
  EXPECT_THAT(result("MeanVarianceNormalization", integer("across_channels", 1), x, 8), NumbersAre(across));
  const Tensor few = Tensor::of<float>({1, 1, 1, 2}, {1, 5});
  EXPECT_EQ(result("MeanVarianceNormalization", integer("normalize_variance", 0), few, 8), (Floats{-2, 2}));
}

TEST(Experimental, SlicesByInputs) {
  onnx::ModelProto model = one_node("DynamicSlice", "input: 'one' input: 'three'", 9);
  for (const auto& [name, value] : {std::pair("one", 1), std::pair("three", 3)}) {
    auto& tensor = *model.mutable_graph()->add_initializer();
    tensor.set_name(name);
    tensor.set_data_type(onnx::TensorProto::INT64);
    tensor.add_dims(1);
    tensor.add_int64_data(value);
  }
  const std::string bytes = model.SerializeAsString();
  auto session = Session::load(LoadInput{.bytes = std::as_bytes(std::span(bytes))});
  ASSERT_TRUE(session.ok()) << session.status().message();
  auto outputs = session->run({{"x", Tensor::of<float>({4}, {1, 2, 3, 4})}});
  ASSERT_TRUE(outputs.ok()) << outputs.status().message();
  EXPECT_THAT(outputs->at("y").tensor.elements<float>(), testing::ElementsAre(2, 3));
}

TEST(Experimental, TellsWhichAttributeIsMissing) {
  EXPECT_THAT(message(load(one_node("ScaledTanh", number("alpha", 1), 9))),
              HasSubstr("the call gives no attribute 'beta', nor is there a default"));
}

TEST(Experimental, RefusesAttributesOfAnotherKind) {
  for (const char* alpha :
       {"attribute { name: 'alpha' type: INT i: 2 } ", "attribute { name: 'alpha' type: FLOATS } "}) {
    EXPECT_THAT(message(load(one_node("Affine", alpha, 9))),
                testing::AllOf(HasSubstr("attribute 'alpha' is of kind "), HasSubstr("where FLOAT is meant")));
  }
}

TEST(Experimental, EndsWithVersion9) {
  EXPECT_EQ(message(load(one_node("Affine", "", 9))), "loaded");
  const auto model = load(one_node("Affine", "", 10));
  ASSERT_TRUE(model.ok()) << message(model);
  EXPECT_EQ(model->graph.node(0).op_type, "Affine");  // nobody knows it
}

}  // namespace
}  // namespace mortise
