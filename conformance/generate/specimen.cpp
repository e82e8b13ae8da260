#include "conformance/generate/specimen.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "core/graph/check_value.h"
#include "core/infer/infer.h"
#include "core/model/export.h"
#include "core/model/load.h"
#include "core/model/value_file.h"

namespace mortise::conformance {

namespace fs = std::filesystem;

namespace {

constexpr const char* kModel = "model.onnx";
constexpr const char* kData = "test_data_set_0";

Status write(const fs::path& path, std::string_view bytes) {
  std::ofstream stream(path, std::ios::binary);
  stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!stream.flush()) return make_error(StatusCode::kUnavailable, path.string(), ": cannot be written");
  return {};
}

Status write_values(const fs::path& folder, std::string_view prefix, std::span<const Value> values) {
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i].kind == ValueKind::kNone) continue;
    if (!values[i].is_tensor()) return unimplemented(prefix, i, " is no tensor and cannot be written");
    MORTISE_TRY(write(folder / concat(prefix, i, ".pb"), serialize_tensor(values[i].tensor)));
  }
  return {};
}

}  // namespace

Result<Graph> graph_of(const Specimen& specimen) {
  MORTISE_ASSIGN(Model model, load_model(std::as_bytes(std::span(specimen.model)), {}));
  MORTISE_TRY(infer_types(model.graph));
  return std::move(model.graph);
}

Result<Specimen> cut_out(const Graph& graph, std::span<const NodeId> nodes, std::span<const Value> values) {
  Specimen specimen;
  MORTISE_ASSIGN(specimen.model, serialize_nodes(graph, nodes));
  MORTISE_ASSIGN(const Graph cut, graph_of(specimen));
  for (const ValueId input : cut.inputs) {
    ValueId source = 0;
    while (source < graph.num_values() && !(graph.value(source).name == cut.value(input).name)) ++source;
    if (source >= values.size() || values[source].kind == ValueKind::kNone) {
      return make_error(StatusCode::kNotFound, "there is no value '", cut.value(input).name.view(), "'");
    }
    specimen.inputs.push_back(values[source]);
  }
  return specimen;
}

Result<Specimen> load_specimen(const fs::path& folder) {
  Specimen specimen;
  std::ifstream stream(folder / kModel, std::ios::binary);
  if (!stream) return make_error(StatusCode::kNotFound, (folder / kModel).string(), ": cannot be read");
  specimen.model.assign(std::istreambuf_iterator<char>(stream), {});
  Result<Graph> loaded = graph_of(specimen);
  if (!loaded.ok()) return std::move(loaded).status().context((folder / kModel).string());
  const Graph& graph = *loaded;
  for (size_t i = 0; i < graph.inputs.size(); ++i) {
    specimen.inputs.emplace_back();
    const fs::path file = folder / kData / concat("input_", i, ".pb");
    const Type& type = graph.value(graph.inputs[i]).type;
    std::error_code unreadable;
    if (!fs::exists(file, unreadable)) {
      const bool optional = graph.default_value(graph.inputs[i]) != nullptr || type.kind == ValueKind::kOptional;
      if (optional) continue;
      return make_error(StatusCode::kNotFound, file.string(), ": is missing, and input '",
                        graph.value(graph.inputs[i]).name.view(), "' of the model has no default");
    }
    MORTISE_ASSIGN(specimen.inputs.back(),
                   read_pb(file, type.kind, type.element != nullptr ? type.element->kind : ValueKind::kNone));
    // A provider may rely on the types that it compiled for.
    const Status fits = check_value(type, specimen.inputs.back());
    if (!fits.ok())
      return invalid_argument(file.string(), ": the model takes ", to_string(type), ", but ", fits.message());
  }
  return specimen;
}

Status save_specimen(const fs::path& folder, const Specimen& specimen, std::span<const Value> outputs,
                     std::string_view readme) {
  const fs::path data = folder / kData;
  std::error_code code;
  fs::remove_all(data, code);
  fs::create_directories(data, code);
  if (code) return make_error(StatusCode::kPermissionDenied, data.string(), ": ", code.message());
  MORTISE_TRY(write(folder / kModel, specimen.model));
  MORTISE_TRY(write_values(data, "input_", specimen.inputs));
  MORTISE_TRY(write_values(data, "output_", outputs));
  return write(folder / "README.md", readme);
}

}  // namespace mortise::conformance
