// Versions: what a model imports decides which operators there are, and what they may be given.
#include <gmock/gmock.h>

#include "core/infer/operator_table.h"
#include "tests/core/model/small_model.h"

namespace mortise {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(Load, RefusesAMissingOpsetImport) {
  auto proto = add_model();
  proto.mutable_graph()->mutable_node(0)->set_domain("com.example");
  EXPECT_THAT(message(load(proto)), HasSubstr("domain 'com.example' has no opset import"));
}

// What loading says of a model with the operator alone.
std::string message_of(const infer::Operator& op, int32_t version) {
  onnx::ModelProto proto;
  proto.set_ir_version(8);
  auto& import = *proto.add_opset_import();
  import.set_domain(std::string(op.domain));
  import.set_version(version);
  add_node(*proto.mutable_graph(), std::string(op.name), {}, "y")->set_domain(std::string(op.domain));
  proto.mutable_graph()->add_output()->set_name("y");
  return message(load(proto));
}

TEST(Load, RefusesOperatorsThatAreYoungerThanTheOpset) {
  for (const infer::Operator& op : infer::operators()) {
    const int32_t first = op.signatures.front().since_version;
    const auto with_opset = [&](int32_t version) { return message_of(op, version); };
    if (first == 1) continue;                                                              // there is no opset 0
    if (op.name == "ThresholdedRelu" || op.name == "MeanVarianceNormalization") continue;  // experimental before
    EXPECT_THAT(with_opset(first - 1), AllOf(HasSubstr("node 'make_y' (" + std::string(op.name) + ")"),
                                             HasSubstr("is there since version " + std::to_string(first)),
                                             HasSubstr("version " + std::to_string(first - 1) + " is imported")));
    EXPECT_THAT(with_opset(first), Not(HasSubstr("is there since"))) << op.name;
  }
}

TEST(Load, RefusesOperatorsThatAreDeprecated) {
  int refused = 0;
  for (const infer::Operator& op : infer::operators()) {
    if (op.deprecated_since == 0) continue;
    const std::string since = std::to_string(op.deprecated_since), before = std::to_string(op.deprecated_since - 1);
    EXPECT_THAT(message_of(op, op.deprecated_since),
                AllOf(HasSubstr("node 'make_y' (" + std::string(op.name) + ")"),
                      HasSubstr("is deprecated since version " + since),
                      HasSubstr("use " + std::string(op.successor) + ", or import " + before)));
    EXPECT_THAT(message_of(op, op.deprecated_since - 1), Not(HasSubstr("deprecated"))) << op.name;
    ++refused;
  }
  EXPECT_EQ(refused, 4);
}

TEST(Load, RefusesConstantsOfALaterVersion) {
  const auto fault = [](int64_t opset, const char* name, const auto& fill) {
    auto proto = add_model();
    proto.mutable_opset_import(0)->set_version(opset);
    auto* attribute = add_node(*proto.mutable_graph(), "Constant", {}, "c")->add_attribute();
    attribute->set_name(name);
    fill(*attribute);
    return message(load(proto));
  };
  const auto number = [](onnx::AttributeProto& attribute) { attribute.set_i(1); };
  const auto int4 = [](onnx::AttributeProto& attribute) {
    attribute.mutable_t()->set_data_type(static_cast<int32_t>(DType::kI4));
    attribute.mutable_t()->add_int32_data(1);
  };
  EXPECT_EQ(fault(12, "value_int", number), "loaded");
  EXPECT_THAT(fault(11, "value_int", number), AllOf(HasSubstr("node 'make_c' (Constant)"),
                                                    HasSubstr("attribute 'value_int' is unknown to version 11")));
  EXPECT_EQ(fault(21, "value", int4), "loaded");
  EXPECT_EQ(fault(7, "value",
                  [](onnx::AttributeProto& attribute) {
                    attribute.mutable_t()->set_data_type(onnx::TensorProto::INT64);
                    attribute.mutable_t()->add_int64_data(1);
                  }),
            "loaded");
  EXPECT_THAT(fault(20, "value", int4),
              AllOf(HasSubstr("its value is int4; it must be float32,"), HasSubstr("in version 19 of the operator")));
}

}  // namespace
}  // namespace mortise
