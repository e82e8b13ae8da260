#include "bench/models.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <vector>

namespace mortise::bench {
namespace {

constexpr int64_t kWidth = 1024;

onnx::ModelProto empty_model() {
  onnx::ModelProto model;
  model.set_ir_version(8);
  auto* opset = model.add_opset_import();
  opset->set_domain("");
  opset->set_version(17);
  model.mutable_graph()->set_name("bench");
  return model;
}

void declare(onnx::ValueInfoProto& info, const std::string& name, std::initializer_list<int64_t> dims) {
  info.set_name(name);
  auto* type = info.mutable_type()->mutable_tensor_type();
  type->set_elem_type(onnx::TensorProto::FLOAT);
  for (const int64_t dim : dims) type->mutable_shape()->add_dim()->set_dim_value(dim);
}

void add_node(onnx::GraphProto& graph, const std::string& name, const std::string& op,
              std::initializer_list<std::string> inputs, const std::string& output) {
  auto* node = graph.add_node();
  node->set_name(name);
  node->set_op_type(op);
  for (const std::string& input : inputs) node->add_input(input);
  node->add_output(output);
}

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
  onnx::ModelProto model = empty_model();
  onnx::GraphProto& graph = *model.mutable_graph();
  declare(*graph.add_input(), "x", {1, 16});
  std::string last = "x";
  for (uint32_t i = 0; i < nodes; ++i) {
    const std::string output = i + 1 == nodes ? "y" : "v" + std::to_string(i);
    add_node(graph, "n" + std::to_string(i), i % 2 == 0 ? "Neg" : "Relu", {last}, output);
    last = output;
  }
  declare(*graph.add_output(), "y", {1, 16});
  return model;
}

onnx::ModelProto branches(int64_t elements) {
  onnx::ModelProto model = empty_model();
  onnx::GraphProto& graph = *model.mutable_graph();
  declare(*graph.add_input(), "x", {elements});
  add_node(graph, "neg", "Neg", {"x"}, "a");
  add_node(graph, "abs", "Abs", {"x"}, "b");
  declare(*graph.add_output(), "a", {elements});
  declare(*graph.add_output(), "b", {elements});
  return model;
}

void write_weights_model(const std::filesystem::path& path, uint32_t mib, WeightsIn place) {
  onnx::ModelProto model = empty_model();
  onnx::GraphProto& graph = *model.mutable_graph();
  declare(*graph.add_input(), "x", {1, kWidth});
  std::ofstream data;
  const std::string data_name = path.filename().string() + ".data";
  if (place == WeightsIn::kExternalFile) data.open(path.parent_path() / data_name, std::ios::binary);
  const uint32_t layers = std::max(1u, mib / 4);
  const int64_t width = mib < 4 ? kWidth / 4 * mib : kWidth;
  std::vector<float> weights(static_cast<size_t>(kWidth * width));
  std::string last = "x";
  for (uint32_t i = 0; i < layers; ++i) {
    // Small and different from layer to layer, so that no two are the same bytes.
    std::generate(weights.begin(), weights.end(), [k = i]() mutable { return static_cast<float>(k++ % 97) * 1e-4f; });
    auto* tensor = graph.add_initializer();
    tensor->set_name("w" + std::to_string(i));
    tensor->set_data_type(onnx::TensorProto::FLOAT);
    tensor->add_dims(kWidth);
    tensor->add_dims(width);
    const uint64_t size = weights.size() * sizeof(float);
    if (place == WeightsIn::kExternalFile) {
      place_externally(*tensor, data_name, i * size, size);
      data.write(reinterpret_cast<const char*>(weights.data()), static_cast<std::streamsize>(size));
    } else {
      tensor->set_raw_data(weights.data(), size);
    }
    const std::string output = i + 1 == layers ? "y" : "v" + std::to_string(i);
    add_node(graph, "n" + std::to_string(i), "MatMul", {last, tensor->name()}, output);
    last = output;
  }
  declare(*graph.add_output(), "y", {1, width});
  write(model, path);
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
