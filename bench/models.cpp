#include "bench/models.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <vector>

#include "bench/model_builder.h"

namespace mortise::bench {
namespace {

constexpr int64_t kWidth = 1024;

void place_externally(onnx::TensorProto& tensor, const std::string& file, uint64_t offset, uint64_t length) {
  tensor.set_data_location(onnx::TensorProto::EXTERNAL);
  const auto add = [&](const std::string& key, const std::string& value) {
    auto* entry = tensor.add_external_data();
    entry->set_key(key);
    entry->set_value(value);
  };
  add("location", file);
  add("offset", std::to_string(offset));
  add("length", std::to_string(length));
}

}  // namespace

onnx::ModelProto chain(uint32_t nodes) {
  ModelBuilder model("chain");
  std::string last = model.input("x", {1, 16});
  for (uint32_t i = 0; i < nodes; ++i) {
    const std::string output = i + 1 == nodes ? "y" : "v" + std::to_string(i);
    last = model.node("n" + std::to_string(i), i % 2 == 0 ? "Neg" : "Relu", {last}, {}, output);
  }
  model.output("y", {1, 16});
  return model.model();
}

onnx::ModelProto branches(int64_t elements) {
  ModelBuilder model("branches");
  const std::string x = model.input("x", {elements});
  model.output(model.node("neg", "Neg", {x}, {}, "a"), {elements});
  model.output(model.node("abs", "Abs", {x}, {}, "b"), {elements});
  return model.model();
}

void write_weights_model(const std::filesystem::path& path, uint32_t mib, WeightsIn place) {
  ModelBuilder model("weights");
  std::string last = model.input("x", {1, kWidth});
  std::ofstream data;
  const std::string data_name = path.filename().string() + ".data";
  if (place == WeightsIn::kExternalFile) data.open(path.parent_path() / data_name, std::ios::binary);
  const uint32_t layers = std::max(1u, mib / 4);
  const int64_t width = mib < 4 ? kWidth / 4 * mib : kWidth;
  std::vector<float> weights(static_cast<size_t>(kWidth * width));
  for (uint32_t i = 0; i < layers; ++i) {
    // Small and different from layer to layer, so that no two are the same bytes.
    std::generate(weights.begin(), weights.end(), [k = i]() mutable { return static_cast<float>(k++ % 97) * 1e-4f; });
    const std::string weight = "w" + std::to_string(i);
    const uint64_t size = weights.size() * sizeof(float);
    if (place == WeightsIn::kExternalFile) {
      place_externally(model.initializer(weight, {kWidth, width}, onnx::TensorProto::FLOAT), data_name, i * size, size);
      data.write(reinterpret_cast<const char*>(weights.data()), static_cast<std::streamsize>(size));
    } else {
      model.floats(weight, {kWidth, width}, weights);
    }
    const std::string output = i + 1 == layers ? "y" : "v" + std::to_string(i);
    last = model.node("n" + std::to_string(i), "MatMul", {last, weight}, {}, output);
  }
  model.output("y", {1, width});
  write(model.model(), path);
}

void write(const onnx::ModelProto& model, const std::filesystem::path& path) {
  std::ofstream file(path, std::ios::binary);
  if (!model.SerializeToOstream(&file)) throw std::runtime_error("cannot write " + path.string());
}

std::string bytes(const onnx::ModelProto& model) { return model.SerializeAsString(); }

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "mortise-bench-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make the folder " + name);
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace mortise::bench
