// Weights stay in the model's file: views where they are aligned, copies that all loads share where they are not.
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "core/model/load.h"
#include "core/model/mapped_file.h"

namespace mortise {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kElements = 4096;

float element(int64_t weight, int64_t i) { return static_cast<float>(weight * kElements + i); }

// Four large weights and a small one, `shift` bytes further back in the file than without.
onnx::ModelProto model_of_weights(size_t shift = 0) {
  onnx::ModelProto model;
  model.set_ir_version(8);
  model.set_producer_name(std::string(1 + shift, 'p'));
  model.add_opset_import()->set_version(17);
  auto& graph = *model.mutable_graph();
  auto* node = graph.add_node();
  node->set_op_type("Sum");
  node->add_output("y");
  graph.add_output()->set_name("y");
  for (int64_t w = 0; w < 5; ++w) {
    const int64_t count = w == 4 ? 2 : kElements;
    std::vector<float> values;
    for (int64_t i = 0; i < count; ++i) values.push_back(element(w, i));
    auto* tensor = graph.add_initializer();
    tensor->add_dims(count);
    tensor->set_data_type(onnx::TensorProto::FLOAT);
    tensor->set_name("weight" + std::to_string(w));
    tensor->set_raw_data(values.data(), values.size() * sizeof(float));
    node->add_input(tensor->name());
  }
  return model;
}

class WeightsTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("mortise-weights-" + std::to_string(getpid()));
    fs::create_directories(folder_);
    path_ = folder_ / "model.onnx";
    write(model_of_weights());
  }
  void TearDown() override { fs::remove_all(folder_); }

  void write(const onnx::ModelProto& model) const {
    std::ofstream stream(path_, std::ios::binary);
    ASSERT_TRUE(model.SerializeToOstream(&stream));
  }
  static const Tensor& weight(const Model& model, size_t index) {
    return *model.graph.constant(model.graph.node(0).inputs[index]);
  }
  static void expect_content(const Model& model) {
    for (size_t w = 0; w < 5; ++w) {
      const Tensor& tensor = weight(model, w);
      ASSERT_EQ(tensor.num_elements(), w == 4 ? 2 : kElements);
      EXPECT_EQ(reinterpret_cast<uintptr_t>(tensor.raw()) % alignof(float), 0u);
      for (int64_t i = 0; i < tensor.num_elements(); ++i) {
        ASSERT_EQ(tensor.data<float>()[i], element(static_cast<int64_t>(w), i));
      }
    }
  }

  fs::path folder_;
  fs::path path_;
};

TEST_F(WeightsTest, LoadsOfOneFileShareThem) {
  auto first = load_model(path_);
  auto second = load_model(path_);
  ASSERT_TRUE(first.ok() && second.ok());
  expect_content(*first);
  expect_content(*second);
  for (size_t w = 0; w < 4; ++w) EXPECT_EQ(weight(*first, w).raw(), weight(*second, w).raw()) << w;
}

TEST_F(WeightsTest, AreViewsOfTheFileWhereTheyAreAligned) {
  size_t views = 0;
  for (size_t shift = 0; shift < 4; ++shift) {
    fs::remove(path_);
    write(model_of_weights(shift));
    const auto file = MappedFile::open(path_);
    const auto model = load_model(path_);
    ASSERT_TRUE(file.ok() && model.ok());
    expect_content(*model);
    const auto* data = weight(*model, 0).data<std::byte>();
    const auto bytes = (*file)->bytes();
    views += data >= bytes.data() && data < bytes.data() + bytes.size() ? 1 : 0;
  }
  EXPECT_EQ(views, 1u);
}

TEST_F(WeightsTest, OutliveTheFileAndTheOtherLoad) {
  auto first = load_model(path_);
  auto second = load_model(path_);
  ASSERT_TRUE(first.ok() && second.ok());
  fs::remove(path_);
  first = invalid_argument("gone");
  expect_content(*second);
}

TEST_F(WeightsTest, OfAReplacedFileAreTheNewOnes) {
  const auto old = load_model(path_);
  onnx::ModelProto changed = model_of_weights();
  const std::vector<float> values(kElements, 7.0f);
  changed.mutable_graph()->mutable_initializer(0)->set_raw_data(values.data(), values.size() * sizeof(float));
  fs::remove(path_);
  write(changed);
  const auto model = load_model(path_);
  ASSERT_TRUE(old.ok() && model.ok());
  expect_content(*old);
  EXPECT_EQ(weight(*model, 0).data<float>()[1], 7.0f);
}

TEST_F(WeightsTest, OfAModelFromMemoryAreCopied) {
  std::string bytes = model_of_weights().SerializeAsString();
  const auto model = load_model(std::as_bytes(std::span(bytes)), {});
  std::fill(bytes.begin(), bytes.end(), '\0');
  ASSERT_TRUE(model.ok());
  expect_content(*model);
}

TEST_F(WeightsTest, OfTheWrongSizeAreRefused) {
  onnx::ModelProto model = model_of_weights();
  model.mutable_graph()->mutable_initializer(0)->set_dims(0, kElements - 1);
  write(model);
  const auto loaded = load_model(path_);
  ASSERT_FALSE(loaded.ok());
  EXPECT_NE(loaded.status().message().find("raw_data holds 16384 bytes"), std::string::npos)
      << loaded.status().message();
}

}  // namespace
}  // namespace mortise
