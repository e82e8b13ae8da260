// Values in files: what NumPy and ONNX write is read, what is damaged gets a sentence.
#include "core/model/value_file.h"

#include <gmock/gmock.h>
#include <onnx/onnx-data_pb.h>
#include <onnx/onnx_pb.h>

#include <filesystem>
#include <fstream>

namespace mortise {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class ValueFile : public testing::Test {
 protected:
  void SetUp() override {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::path(testing::TempDir()) / ("value_file_" + std::string(test->name()));
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path write(const std::string& name, const std::string& bytes) {
    std::ofstream(folder_ / name, std::ios::binary) << bytes;
    return folder_ / name;
  }
  fs::path write_array(const std::string& header, const std::string& elements) {
    return write("array.npy",
                 std::string("\x93NUMPY\x01\0", 8) + static_cast<char>(header.size()) + '\0' + header + elements);
  }

  fs::path folder_;
};

TEST_F(ValueFile, WritesAndReadsArrays) {
  const Tensor tensor = Tensor::of<float>({2, 3}, {0, 1, 2, 3, 4, 5});
  ASSERT_TRUE(write_npy(folder_ / "a.npy", tensor).ok());
  const auto read = read_npy(folder_ / "a.npy");
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_EQ(read->tensor.dtype(), DType::kF32);
  EXPECT_EQ(read->tensor.shape(), (Shape{2, 3}));
  EXPECT_THAT(read->tensor.elements<float>(), ElementsAre(0, 1, 2, 3, 4, 5));
}

TEST_F(ValueFile, MakesOddBoolsOfArraysTrue) {
  const auto path =
      write_array("{'descr': '|b1', 'fortran_order': False, 'shape': (3,), }\n", std::string("\0\1\2", 3));
  const auto read = read_npy(path);
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_THAT(read->tensor.elements<uint8_t>(), ElementsAre(0, 1, 1));
}

TEST_F(ValueFile, RefusesArraysThatAreCutShort) {
  const auto path = write_array("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }\n", "1234567");
  const auto read = read_npy(path);
  ASSERT_FALSE(read.ok());
  EXPECT_THAT(read.status().message(), HasSubstr("array.npy: holds 7 bytes of elements instead of 8"));
}

TEST_F(ValueFile, FindsExternalDataOfAFileNamedWithoutFolder) {
  write("weights.bin", "\x05");
  onnx::TensorProto proto;
  proto.set_data_type(onnx::TensorProto::UINT8);
  proto.add_dims(1);
  proto.set_data_location(onnx::TensorProto::EXTERNAL);
  auto& entry = *proto.add_external_data();
  entry.set_key("location");
  entry.set_value("weights.bin");
  write("tensor.pb", proto.SerializeAsString());
  const fs::path before = fs::current_path();
  fs::current_path(folder_);
  const auto read = read_pb("tensor.pb", ValueKind::kTensor);
  fs::current_path(before);
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_THAT(read->tensor.elements<uint8_t>(), ElementsAre(5));
}

TEST_F(ValueFile, TakesAnElementForAnOptionalOfIt) {
  onnx::TensorProto tensor;
  tensor.set_name("x");
  tensor.set_data_type(onnx::TensorProto::INT64);
  tensor.add_dims(2);
  tensor.add_int64_data(5);
  tensor.add_int64_data(7);
  onnx::SequenceProto sequence;
  sequence.set_elem_type(onnx::SequenceProto::TENSOR);
  *sequence.add_tensor_values() = tensor;
  onnx::OptionalProto of_tensor, of_sequence, empty;
  of_tensor.set_name("x");
  of_tensor.set_elem_type(onnx::OptionalProto::TENSOR);
  *of_tensor.mutable_tensor_value() = tensor;
  of_sequence.set_elem_type(onnx::OptionalProto::SEQUENCE);
  *of_sequence.mutable_sequence_value() = sequence;
  empty.set_name("nothing");
  const auto read = [&](const auto& proto, ValueKind element) {
    auto value = read_pb(write("x.pb", proto.SerializeAsString()), ValueKind::kOptional, element);
    EXPECT_TRUE(value.ok()) << value.status().message();
    return value.ok() ? *value : Value();
  };
  const auto is_tensor = [](const Value& value) {
    return value.is_tensor() && value.tensor.shape() == Shape{2} && value.tensor.data<int64_t>()[1] == 7;
  };
  EXPECT_TRUE(is_tensor(read(tensor, ValueKind::kTensor)));
  EXPECT_TRUE(is_tensor(read(of_tensor, ValueKind::kTensor).elements.list().at(0)));
  EXPECT_EQ(read(of_tensor, ValueKind::kTensor).kind, ValueKind::kOptional);
  EXPECT_TRUE(is_tensor(read(of_sequence, ValueKind::kSequence).elements.list().at(0).elements.list().at(0)));
  EXPECT_EQ(read(empty, ValueKind::kTensor).kind, ValueKind::kOptional);
  EXPECT_EQ(read(empty, ValueKind::kSequence).kind, ValueKind::kOptional);
  // One, two or no tensors: as bytes of an optional they would be one.
  for (size_t count = 1; count < 3; ++count) {
    const Value value = read(sequence, ValueKind::kSequence);
    EXPECT_EQ(value.kind, ValueKind::kSequence);
    EXPECT_EQ(value.elements.size(), count);
    EXPECT_TRUE(is_tensor(value.elements.list().back()));
    *sequence.add_tensor_values() = tensor;
  }
  sequence.clear_tensor_values();
  EXPECT_EQ(read(sequence, ValueKind::kSequence).kind, ValueKind::kSequence);
}

onnx::MapProto map_of(std::initializer_list<std::pair<const char*, float>> entries) {
  onnx::MapProto proto;
  proto.set_key_type(onnx::TensorProto::STRING);
  proto.mutable_values()->set_elem_type(onnx::SequenceProto::TENSOR);
  for (const auto& [key, value] : entries) {
    proto.add_string_keys(key);
    onnx::TensorProto& tensor = *proto.mutable_values()->add_tensor_values();
    tensor.set_data_type(onnx::TensorProto::FLOAT);
    tensor.add_float_data(value);
  }
  return proto;
}

TEST_F(ValueFile, ReadsMapsAndSequencesOfThem) {
  onnx::SequenceProto sequence;
  sequence.set_elem_type(onnx::SequenceProto::MAP);
  *sequence.add_map_values() = map_of({{"a", 1}, {"b", 2}});
  *sequence.add_map_values() = map_of({});
  const auto read = read_pb(write("maps.pb", sequence.SerializeAsString()), ValueKind::kSequence);
  ASSERT_TRUE(read.ok()) << read.status().message();
  ASSERT_EQ(read->elements.size(), 2u);
  const Value& map = read->elements[0];
  ASSERT_EQ(map.kind, ValueKind::kMap);
  ASSERT_EQ(map.elements.size(), 2u);
  EXPECT_EQ(map.elements[0].tensor.dtype(), DType::kString);
  EXPECT_EQ(map.elements[1].tensor.shape(), (Shape{2}));
  EXPECT_THAT(map.elements[1].tensor.elements<float>(), ElementsAre(1, 2));
  EXPECT_EQ(read->elements[1].elements[0].tensor.num_elements(), 0);
}

TEST_F(ValueFile, RefusesMapsWithoutAValueForEachKey) {
  onnx::MapProto proto = map_of({{"a", 1}});
  proto.add_string_keys("b");
  const auto read = read_pb(write("map.pb", proto.SerializeAsString()), ValueKind::kMap);
  ASSERT_FALSE(read.ok());
  EXPECT_THAT(read.status().message(), HasSubstr("has a map of 2 keys and 1 values"));
  proto.set_key_type(onnx::TensorProto::FLOAT);
  EXPECT_THAT(read_pb(write("map.pb", proto.SerializeAsString()), ValueKind::kMap).status().message(),
              HasSubstr("has a map with keys of the type 1"));
}

TEST_F(ValueFile, RefusesBytesThatAreNoTensor) {
  const auto read = read_pb(write("a.pb", "\xff\xff"), ValueKind::kTensor);
  ASSERT_FALSE(read.ok());
  EXPECT_THAT(read.status().message(), HasSubstr("a.pb: is no onnx.TensorProto"));
}

}  // namespace
}  // namespace mortise
