// Sparse tensors in models become dense ones.
#include <gmock/gmock.h>

#include "tests/core/model/small_model.h"

namespace mortise {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(Load, FillsSparseStringsWithEmptyOnes) {
  auto proto = add_model();
  auto& sparse = *proto.mutable_graph()->add_sparse_initializer();
  sparse.add_dims(2);
  sparse.add_dims(2);
  auto& values = *sparse.mutable_values();
  values.set_name("words");
  values.set_data_type(onnx::TensorProto::STRING);
  values.add_dims(2);
  values.add_string_data("a word longer than what a string holds in itself");
  values.add_string_data("b");
  auto& indices = *sparse.mutable_indices();
  indices.set_data_type(onnx::TensorProto::INT64);
  indices.add_dims(2);
  indices.add_int64_data(1);
  indices.add_int64_data(2);
  proto.mutable_graph()->add_output()->set_name("words");
  const auto model = load(proto);
  ASSERT_TRUE(model.ok()) << message(model);
  const Tensor words = *model->graph.constant(model->graph.outputs[1]);
  EXPECT_EQ(words.shape(), Shape({2, 2}));
  std::vector<std::string> texts;
  for (const mortise_string_t& s : words.elements<mortise_string_t>()) texts.emplace_back(s.data, s.size);
  EXPECT_THAT(texts, testing::ElementsAre("", "a word longer than what a string holds in itself", "b", ""));
}

// An initializer of shape [2, 3] that has these values, as int32_data holds them, at these places.
onnx::ModelProto sparse_model(DType dtype, const std::vector<int>& packed, const std::vector<int64_t>& places,
                              bool linear) {
  auto proto = add_model();
  auto& sparse = *proto.mutable_graph()->add_sparse_initializer();
  sparse.add_dims(2);
  sparse.add_dims(3);
  auto& values = *sparse.mutable_values();
  const auto count = static_cast<int64_t>(linear ? places.size() : places.size() / 2);
  values.set_name("sparse");
  values.set_data_type(static_cast<int32_t>(dtype));
  values.add_dims(count);
  for (const int byte : packed) values.add_int32_data(byte);
  auto& indices = *sparse.mutable_indices();
  indices.set_data_type(onnx::TensorProto::INT64);
  indices.add_dims(count);
  if (!linear) indices.add_dims(2);
  for (const int64_t place : places) indices.add_int64_data(place);
  proto.mutable_graph()->add_output()->set_name("sparse");
  return proto;
}

TEST(Load, FillsSparseTensorsWhoseElementsShareAByte) {
  const auto filled = [](DType dtype, const std::vector<int>& packed, const std::vector<int64_t>& places, bool linear) {
    const auto model = load(sparse_model(dtype, packed, places, linear));
    EXPECT_TRUE(model.ok()) << message(model);
    if (!model.ok()) return std::vector<int>();
    const Tensor tensor = *model->graph.constant(model->graph.outputs[1]);
    EXPECT_EQ(tensor.dtype(), dtype);
    EXPECT_EQ(tensor.shape(), Shape({2, 3}));
    const auto* bytes = tensor.data<uint8_t>();
    return std::vector<int>(bytes, bytes + tensor.size_bytes());
  };
  for (const DType dtype : {DType::kU4, DType::kI4, DType::kF4E2M1}) {
    // 5, 9 and 12 at places 1, 2 and 5: two to a byte, the first in the low half.
    EXPECT_THAT(filled(dtype, {0x95, 0x0C}, {1, 2, 5}, true), testing::ElementsAre(0x50, 0x09, 0xC0));
    EXPECT_THAT(filled(dtype, {0x95, 0x0C}, {0, 1, 0, 2, 1, 2}, false), testing::ElementsAre(0x50, 0x09, 0xC0));
  }
  for (const DType dtype : {DType::kU2, DType::kI2}) {
    // 1, 2 and 3 at places 1, 3 and 4: four to a byte, the first in the lowest bits.
    EXPECT_THAT(filled(dtype, {0x39}, {1, 3, 4}, true), testing::ElementsAre(0x84, 0x03));
    EXPECT_THAT(filled(dtype, {0x39}, {0, 1, 1, 0, 1, 1}, false), testing::ElementsAre(0x84, 0x03));
  }
}

TEST(Load, ShowsExtentsThatAreNegative) {
  auto proto = add_model();
  proto.mutable_graph()->mutable_initializer(0)->set_dims(0, -2);
  EXPECT_THAT(message(load(proto)), AllOf(HasSubstr("initializer 'w'"), HasSubstr("extent -2 of axis 0 is negative")));
  auto sparse = sparse_model(DType::kI8, {1}, {1}, true);
  sparse.mutable_graph()->mutable_sparse_initializer(0)->set_dims(1, -3);
  EXPECT_THAT(message(load(sparse)), HasSubstr("extent -3 of axis 1 is negative"));
}

TEST(Load, RefusesSparsePlacesThatDoNotAscend) {
  const auto fault = [](const std::vector<int64_t>& places, bool linear) {
    return message(load(sparse_model(DType::kI8, {1, 2}, places, linear)));
  };
  EXPECT_EQ(fault({1, 4}, true), "loaded");
  EXPECT_EQ(fault({0, 2, 1, 0}, false), "loaded");
  EXPECT_THAT(fault({4, 4}, true),
              AllOf(HasSubstr("initializer 'sparse'"), HasSubstr("index #1 is place 4 of [2, 3], after place 4")));
  EXPECT_THAT(fault({4, 1}, true), HasSubstr("index #1 is place 1 of [2, 3], after place 4; places must ascend"));
  EXPECT_THAT(fault({1, 0, 0, 2}, false), HasSubstr("index #1 is place 2 of [2, 3], after place 3"));
  EXPECT_THAT(message(load(sparse_model(DType::kI8, {1, 2, 3, 4, 5, 6, 7}, {0, 1, 2, 3, 4, 5, 5}, true))),
              HasSubstr("sparse tensor [2, 3] has 7 values for 6 places"));
  EXPECT_THAT(fault({1, 6}, true), HasSubstr("index #1 is 6, which is outside of [2, 3]"));
  EXPECT_THAT(fault({0, 0, 0, 3}, false), HasSubstr("index #1 is 3, which is outside of [2, 3]"));
}

}  // namespace
}  // namespace mortise
