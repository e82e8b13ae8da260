#include "core/model/load.h"

#include "core/gradient/gradient.h"
#include "core/model/external_data.h"
#include "core/model/import.h"
#include "core/model/parse.h"

namespace mortise {
namespace {

Result<Model> load(std::span<const std::byte> bytes, const ModelOrigin& origin, const LoadOptions& options) {
  MORTISE_ASSIGN(const auto parsed, parse_model(bytes, options));
  onnx::ModelProto& proto = *parsed->proto;
  MORTISE_ASSIGN(Graph graph, import_model(*parsed, origin, options));
  MORTISE_TRY(gradient::expand_gradients(graph, options.max_derivative_nodes));
  MORTISE_TRY(graph.validate());
  Model model{.graph = std::move(graph),
              .ir_version = proto.ir_version(),
              .producer_name = proto.producer_name(),
              .producer_version = proto.producer_version(),
              .domain = proto.domain(),
              .description = proto.doc_string(),
              .model_version = proto.model_version(),
              .metadata = {},
              .path = {}};
  for (const auto& entry : proto.metadata_props()) model.metadata.emplace_back(entry.key(), entry.value());
  return model;
}

Result<Model> guarded_load(std::span<const std::byte> bytes, const ModelOrigin& origin, const LoadOptions& options) {
  try {
    return load(bytes, origin, options);
  } catch (const std::bad_alloc&) {
    return make_error(StatusCode::kResourceExhausted, "no memory to load the model");
  }
}

}  // namespace

Result<Model> load_model(const std::filesystem::path& path, const LoadOptions& options) {
  MORTISE_ASSIGN(const auto file, MappedFile::open(path));
  const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  auto model = guarded_load(file->bytes(), {.folder = folder, .file = file}, options);
  if (!model.ok()) return std::move(model).status().context(path.filename().string());
  model->path = path;
  return model;
}

Result<Model> load_model(std::span<const std::byte> bytes, const std::filesystem::path& folder,
                         const LoadOptions& options) {
  auto model = guarded_load(bytes, {.folder = folder, .file = nullptr}, options);
  if (!model.ok()) return std::move(model).status().context("model from memory");
  return model;
}

}  // namespace mortise
