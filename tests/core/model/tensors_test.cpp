// Tensors in models: constants of every form, and contents that do not fit their types.
#include <gmock/gmock.h>

#include "tests/core/model/small_model.h"

namespace mortise {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(Load, RefusesTensorsOfTheWrongSizeOrType) {
  auto proto = add_model();
  auto* w = proto.mutable_graph()->mutable_initializer(0);
  w->set_dims(0, 3);
  EXPECT_THAT(message(load(proto)), AllOf(HasSubstr("'w'"), HasSubstr("holds 8 bytes"), HasSubstr("needs 12")));
  w->set_dims(0, std::numeric_limits<int64_t>::max());
  EXPECT_THAT(message(load(proto)), HasSubstr("'w'"));
  w->set_dims(0, -1);
  EXPECT_THAT(message(load(proto)), HasSubstr("negative"));
  w->set_dims(0, 2);
  for (int i = 0; i < 300; ++i) w->add_dims(1);
  EXPECT_THAT(message(load(proto)), HasSubstr("rank 301"));
  w->mutable_dims()->Truncate(1);
  w->set_data_type(99);
  EXPECT_THAT(message(load(proto)), HasSubstr("element type 99"));
}

TEST(Load, RefusesTensorsWithTwoContents) {
  auto proto = add_model();
  proto.mutable_graph()->mutable_initializer(0)->add_float_data(3);
  EXPECT_THAT(message(load(proto)), AllOf(HasSubstr("'w'"), HasSubstr("raw_data and numbers in a typed field")));
}

TEST(Load, ImportsConstantsOfEveryForm) {
  auto proto = add_model();
  proto.mutable_opset_import(0)->set_version(21);  // the first with uint4
  auto& graph = *proto.mutable_graph();
  const auto constant = [&](const char* attribute, const char* output) {
    auto* a = add_node(graph, "Constant", {}, output)->add_attribute();
    a->set_name(attribute);
    graph.add_output()->set_name(output);
    return a;
  };
  constant("value_int", "i")->set_i(7);
  constant("value_floats", "f")->add_floats(1.5F);
  constant("value_string", "s")->set_s("text");
  auto* sparse = constant("sparse_value", "p")->mutable_sparse_tensor();
  sparse->add_dims(2);
  sparse->add_dims(2);
  sparse->mutable_values()->set_data_type(onnx::TensorProto::INT8);
  sparse->mutable_values()->add_dims(1);
  sparse->mutable_values()->add_int32_data(-3);
  sparse->mutable_indices()->set_data_type(onnx::TensorProto::INT64);
  sparse->mutable_indices()->add_dims(1);
  sparse->mutable_indices()->add_int64_data(2);
  auto* int4 = constant("value", "q")->mutable_t();
  int4->set_data_type(static_cast<int32_t>(DType::kU4));
  int4->add_dims(3);
  int4->add_int32_data(0x21);
  int4->add_int32_data(0x03);
  const auto model = load(proto);
  ASSERT_TRUE(model.ok()) << message(model);
  const auto output = [&](size_t i) { return *model->graph.constant(model->graph.outputs[i]); };
  EXPECT_EQ(output(1).data<int64_t>()[0], 7);
  EXPECT_EQ(output(2).data<float>()[0], 1.5F);
  EXPECT_EQ(output(3).data<mortise_string_t>()[0].size, 4U);
  EXPECT_THAT(output(4).elements<int8_t>(), testing::ElementsAre(0, 0, -3, 0));
  EXPECT_EQ(output(5).size_bytes(), 2U);
  EXPECT_EQ(output(5).data<uint8_t>()[0], 0x21);
}

TEST(Load, RefusesNumbersThatAreTooLargeForTheirType) {
  const auto with = [](DType dtype, int32_t number) {
    auto proto = add_model();
    proto.clear_opset_import();
    proto.add_opset_import()->set_version(21);
    auto& graph = *proto.mutable_graph();
    auto& tensor = *graph.add_initializer();
    tensor.set_name("extra");
    tensor.set_data_type(static_cast<int32_t>(dtype));
    tensor.add_int32_data(number);
    return message(load(proto));
  };
  for (const DType dtype : {DType::kI8, DType::kU8, DType::kF8E5M2, DType::kI4}) {
    for (const int32_t number : {-128, 0, 255}) EXPECT_EQ(with(dtype, number), "loaded");
    EXPECT_THAT(with(dtype, 256), AllOf(HasSubstr("initializer 'extra'"), HasSubstr("int32_data has 256 at 0")));
    EXPECT_THAT(with(dtype, -129), HasSubstr("int32_data has -129 at 0, which does not fit"));
  }
  for (const DType dtype : {DType::kI16, DType::kU16, DType::kF16, DType::kBF16}) {
    for (const int32_t number : {-32768, 0, 65535}) EXPECT_EQ(with(dtype, number), "loaded");
    EXPECT_THAT(with(dtype, 65536), HasSubstr("int32_data has 65536 at 0"));
  }
  EXPECT_EQ(with(DType::kBool, 300), "loaded");
  auto proto = add_model();
  auto& tensor = *proto.mutable_graph()->add_initializer();
  tensor.set_name("extra");
  tensor.set_data_type(static_cast<int32_t>(DType::kU32));
  for (const uint64_t number : {uint64_t{0xffffffff}, uint64_t{0x100000000}, ~uint64_t{0}}) {
    tensor.clear_uint64_data();
    tensor.add_uint64_data(number);
    const std::string answer = message(load(proto));
    if (number <= 0xffffffff) {
      EXPECT_EQ(answer, "loaded");
    } else {
      EXPECT_THAT(answer, HasSubstr("uint64_data has " + std::to_string(number) + " at 0, which does not fit uint32"));
    }
  }
}

}  // namespace
}  // namespace mortise
