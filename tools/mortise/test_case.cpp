#include "tools/mortise/test_case.h"

#include <algorithm>

#include "core/model/value_file.h"

namespace mortise::tool {
namespace fs = std::filesystem;
namespace {

void add_folder(const fs::path& folder, std::vector<TestCase>& cases) {
  TestCase found{.name = folder.filename().string(), .model = folder / "model.onnx"};
  for (int n = 0;; ++n) {
    const fs::path data = folder / concat("test_data_set_", n);
    std::error_code unreadable;
    if (!fs::is_directory(data, unreadable)) break;
    found.data_sets.push_back(data);
  }
  if (!found.data_sets.empty()) cases.push_back(std::move(found));
}

void add_network(const fs::path& model, std::vector<TestCase>& cases) {
  const fs::path expected = model.parent_path() / (model.stem().string() + "_output_0.pb");
  std::error_code unreadable;
  if (fs::exists(expected, unreadable))
    cases.push_back({.name = model.stem().string(), .model = model, .expected = expected});
}

Result<Value> ramp(const Port& port) {
  Shape shape;
  for (const int64_t dim : port.dims) shape.push_back(dim < 0 ? 1 : dim);
  MORTISE_ASSIGN(Tensor tensor, Tensor::allocate(DType::kF32, shape));
  const int64_t count = tensor.num_elements();
  for (int64_t i = 0; i < count; ++i)
    tensor.data<float>()[i] = static_cast<float>(static_cast<double>(i) / static_cast<double>(count));
  return Value(std::move(tensor));
}

}  // namespace

Result<std::vector<TestCase>> find_cases(const std::vector<fs::path>& paths) {
  std::vector<TestCase> cases;
  for (const fs::path& path : paths) {
    std::error_code error;
    if (!fs::is_directory(path, error)) return make_error(StatusCode::kNotFound, path.string(), ": is no folder");
    // What may not be read is no case.
    std::error_code unreadable;
    if (fs::exists(path / "model.onnx", unreadable)) add_folder(fs::absolute(path), cases);
    for (fs::recursive_directory_iterator entry(path, fs::directory_options::skip_permission_denied, error), end;
         !error && entry != end; entry.increment(error)) {
      if (entry->is_directory(unreadable) && fs::exists(entry->path() / "model.onnx", unreadable))
        add_folder(entry->path(), cases);
      if (entry->path().extension() == ".onnx") add_network(entry->path(), cases);
    }
    if (error) return make_error(StatusCode::kUnavailable, path.string(), ": ", error.message());
  }
  std::sort(cases.begin(), cases.end(), [](const TestCase& a, const TestCase& b) { return a.model < b.model; });
  return cases;
}

Result<DataSet> load_data(const TestCase& test_case, size_t index, std::span<const Port> inputs,
                          std::span<const Port> outputs) {
  DataSet data;
  if (test_case.data_sets.empty()) {
    for (const Port& port : inputs) {
      if (port.optional) {
        data.inputs.emplace_back();
        continue;
      }
      MORTISE_ASSIGN(Value value, ramp(port));
      data.inputs.push_back(std::move(value));
    }
    MORTISE_ASSIGN(Value expected, read_pb(test_case.expected, ValueKind::kTensor));
    data.expected.push_back(std::move(expected));
    return data;
  }
  const fs::path& folder = test_case.data_sets[index];
  for (size_t i = 0; i < inputs.size(); ++i) {
    const fs::path file = folder / concat("input_", i, ".pb");
    data.inputs.emplace_back();
    if (!fs::exists(file)) continue;
    MORTISE_ASSIGN(data.inputs.back(), read_pb(file, inputs[i].kind, inputs[i].element));
  }
  for (size_t i = 0; i < outputs.size(); ++i) {
    const fs::path file = folder / concat("output_", i, ".pb");
    if (!fs::exists(file)) break;
    MORTISE_ASSIGN(Value expected, read_pb(file, outputs[i].kind));
    data.expected.push_back(std::move(expected));
  }
  return data;
}

}  // namespace mortise::tool
