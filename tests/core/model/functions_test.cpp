// Functions of a model are inlined where they are called.
#include <gmock/gmock.h>

#include "tests/core/model/small_model.h"

namespace mortise {
namespace {

using testing::AllOf;
using testing::HasSubstr;

template <class Importing>
void add_local_import(Importing& importing) {
  auto& import = *importing.add_opset_import();
  import.set_domain("local");
  import.set_version(1);
}

// The function `name`(a) -> b whose one node is `op`.
void add_function(onnx::ModelProto& model, const std::string& name, const std::string& op) {
  auto* function = model.add_functions();
  function->set_name(name);
  function->set_domain("local");
  function->add_input("a");
  function->add_output("b");
  function->add_opset_import()->set_version(13);
  add_local_import(*function);
  auto* node = function->add_node();
  node->set_op_type(op);
  node->set_domain(op == "Relu" ? "" : "local");
  node->add_input("a");
  node->add_output("b");
}

onnx::ModelProto calling_model() {
  auto proto = add_model();
  add_local_import(proto);
  auto* node = proto.mutable_graph()->mutable_node(0);
  node->set_op_type("F");
  node->set_domain("local");
  node->mutable_input()->RemoveLast();
  return proto;
}

TEST(Load, InlinesNestedFunctions) {
  auto proto = calling_model();
  add_function(proto, "F", "G");
  add_function(proto, "G", "Relu");
  const auto model = load(proto);
  ASSERT_TRUE(model.ok()) << message(model);
  ASSERT_EQ(model->graph.num_nodes(), 1U);
  EXPECT_EQ(model->graph.node(0).op_type, "Relu");
  EXPECT_EQ(model->graph.node(0).since_version, 13);
}

TEST(Load, RefusesRecursiveFunctions) {
  auto proto = calling_model();
  add_function(proto, "F", "G");
  add_function(proto, "G", "F");
  EXPECT_THAT(message(load(proto)), HasSubstr("F -> G -> F"));
}

TEST(Load, RefusesRecursiveFunctionsThatNothingCalls) {
  auto proto = add_model();
  add_function(proto, "F", "G");
  add_function(proto, "G", "F");
  EXPECT_THAT(message(load(proto)), HasSubstr("function calls itself: F -> G -> F"));
}

TEST(Load, RefusesCallsOfFunctionsWhoseDomainIsNotImported) {
  auto proto = calling_model();
  add_function(proto, "F", "G");
  add_function(proto, "G", "Relu");
  EXPECT_EQ(message(load(proto)), "loaded");
  proto.mutable_functions(0)->mutable_opset_import()->RemoveLast();
  EXPECT_THAT(message(load(proto)),
              AllOf(HasSubstr("node 'make_y' (F): function 'F': node that writes 'b' (G)"),
                    HasSubstr("its domain 'local' has no opset import; add one to the function")));
  proto.mutable_opset_import()->RemoveLast();
  EXPECT_THAT(message(load(proto)),
              HasSubstr("node 'make_y' (F): its domain 'local' has no opset import; add one to the model"));
}

TEST(Load, GivesFunctionsTheirAttributesAndDefaults) {
  for (const bool given : {true, false}) {
    auto proto = calling_model();
    add_function(proto, "F", "Relu");
    auto& function = *proto.mutable_functions(0);
    function.mutable_node(0)->set_op_type("Elu");
    auto* reference = function.mutable_node(0)->add_attribute();
    reference->set_name("alpha");
    reference->set_type(onnx::AttributeProto::FLOAT);
    reference->set_ref_attr_name("slope");
    onnx::AttributeProto slope;
    slope.set_name("slope");
    slope.set_type(onnx::AttributeProto::FLOAT);
    slope.set_f(0.25F);
    // attribute_proto, field 11, which libonnx 1.12 does not know.
    function.GetReflection()->MutableUnknownFields(&function)->AddLengthDelimited(11, slope.SerializeAsString());
    slope.set_f(0.5F);
    if (given) *proto.mutable_graph()->mutable_node(0)->add_attribute() = slope;
    const auto model = load(proto);
    ASSERT_TRUE(model.ok()) << message(model);
    EXPECT_EQ(model->graph.node(0).get_float("alpha", 0), given ? 0.5F : 0.25F);
    EXPECT_EQ(model->graph.node(0).name.view().substr(0, 7), "make_y/");
  }
}

TEST(Load, RefusesAttributesThatAFunctionDoesNotHave) {
  auto proto = calling_model();
  add_function(proto, "F", "Relu");
  proto.mutable_functions(0)->add_attribute("alpha");
  auto& attribute = *proto.mutable_graph()->mutable_node(0)->add_attribute();
  attribute.set_name("alhpa");
  attribute.set_type(onnx::AttributeProto::FLOAT);
  EXPECT_THAT(message(load(proto)),
              AllOf(HasSubstr("make_y"), HasSubstr("function 'F' has no attribute 'alhpa'; it has alpha")));
  attribute.set_name("alpha");
  EXPECT_EQ(message(load(proto)), "loaded");
}

TEST(Load, BoundsTheGrowthOfFunctions) {
  auto proto = calling_model();
  add_function(proto, "F", "F0");
  for (int i = 0; i < 40; ++i) {  // each calls the next one twice
    add_function(proto, "F" + std::to_string(i), i == 39 ? "Relu" : "F" + std::to_string(i + 1));
    auto& function = *proto.mutable_functions()->rbegin();
    auto* copy = function.add_node();
    *copy = function.node(0);
    copy->set_output(0, "c");
  }
  const std::string bytes = proto.SerializeAsString();
  LoadOptions options;
  options.max_nodes = 10'000;
  EXPECT_THAT(message(load_model(std::as_bytes(std::span(bytes)), {}, options)), HasSubstr("max_nodes"));
}

}  // namespace
}  // namespace mortise
