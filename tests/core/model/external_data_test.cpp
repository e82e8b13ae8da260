// External data: weights in files beside the model.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "tests/core/model/small_model.h"

namespace mortise {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class ExternalDataTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) / testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::remove_all(folder_);
    fs::create_directories(folder_ / "model");
    for (const char* name : {"model/weights.bin", "outside.bin"}) {
      const float values[] = {0, 5, 6};
      std::ofstream(folder_ / name, std::ios::binary).write(reinterpret_cast<const char*>(values), sizeof values);
    }
    fs::create_symlink(folder_ / "outside.bin", folder_ / "model/link.bin");
  }
  void TearDown() override { fs::remove_all(folder_); }

  Result<Model> load_from(const std::string& location, const std::string& offset) {
    auto proto = add_model();
    auto* w = proto.mutable_graph()->mutable_initializer(0);
    w->clear_raw_data();
    w->set_data_location(onnx::TensorProto::EXTERNAL);
    for (const auto& [key, value] : {std::pair("location", location), std::pair("offset", offset)}) {
      auto* entry = w->add_external_data();
      entry->set_key(key);
      entry->set_value(value);
    }
    return load(proto, folder_ / "model");
  }

  fs::path folder_;
};

TEST_F(ExternalDataTest, IsReadFromTheModelsFolder) {
  const auto model = load_from("weights.bin", "4");
  ASSERT_TRUE(model.ok()) << message(model);
  EXPECT_EQ(model->graph.constants()[0].data<float>()[0], 5.0F);
}

TEST_F(ExternalDataTest, IsConfinedToTheModelsFolder) {
  EXPECT_THAT(message(load_from("../outside.bin", "0")), HasSubstr("'..'"));
  EXPECT_THAT(message(load_from((folder_ / "outside.bin").string(), "0")), HasSubstr("absolute"));
  EXPECT_THAT(message(load_from("link.bin", "0")), HasSubstr("symbolic link"));
}

TEST_F(ExternalDataTest, MustBeLongEnough) {
  EXPECT_THAT(message(load_from("weights.bin", "8")), HasSubstr("cut short"));
  EXPECT_THAT(message(load_from("weights.bin", "18446744073709551615")), HasSubstr("cut short"));
  EXPECT_THAT(message(load_from("weights.bin", "-1")), HasSubstr("no number"));
}

}  // namespace
}  // namespace mortise
