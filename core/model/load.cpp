#include "core/model/load.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/stubs/logging.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <limits>

#include "core/model/external_data.h"
#include "core/model/import.h"

namespace mortise {
namespace {

// Messages between a graph and a graph within it: node, attribute, graph.
constexpr uint32_t kMessagesPerLevel = 3;
constexpr uint32_t kMessagesOfTypes = 64;

Status parse(std::span<const std::byte> bytes, const LoadOptions& options, onnx::ModelProto& proto) {
  const uint64_t limit = std::min<uint64_t>(options.max_model_bytes, std::numeric_limits<int32_t>::max());
  if (bytes.size() > limit) {
    return make_error(StatusCode::kResourceExhausted, "the model has ", bytes.size(), " bytes, above the limit of ",
                      limit, "; store its weights as external data");
  }
  if (bytes.empty()) return make_error(StatusCode::kDataLoss, "the file is empty; export the model again");
  google::protobuf::LogSilencer silence;
  google::protobuf::io::CodedInputStream stream(reinterpret_cast<const uint8_t*>(bytes.data()),
                                                static_cast<int>(bytes.size()));
  const uint32_t depth = std::min(options.max_nesting_depth, 10'000U);
  stream.SetRecursionLimit(static_cast<int>((depth + 1) * kMessagesPerLevel + kMessagesOfTypes));
  if (proto.ParsePartialFromCodedStream(&stream) && stream.ConsumedEntireMessage()) return {};
  return make_error(StatusCode::kDataLoss, "this is no ONNX model, or it is damaged, cut short, or nested deeper than ",
                    options.max_nesting_depth, " bodies; export it again, or raise max_nesting_depth");
}

Result<Model> load(std::span<const std::byte> bytes, const std::filesystem::path& folder, const LoadOptions& options) {
  onnx::ModelProto proto;
  MORTISE_TRY(parse(bytes, options, proto));
  MORTISE_ASSIGN(Graph graph, import_model(proto, folder, options));
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

Result<Model> guarded_load(std::span<const std::byte> bytes, const std::filesystem::path& folder,
                           const LoadOptions& options) {
  try {
    return load(bytes, folder, options);
  } catch (const std::bad_alloc&) {
    return make_error(StatusCode::kResourceExhausted, "no memory to load the model");
  }
}

}  // namespace

Result<Model> load_model(const std::filesystem::path& path, const LoadOptions& options) {
  MORTISE_ASSIGN(const auto file, MappedFile::open(path));
  const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  auto model = guarded_load(file->bytes(), folder, options);
  if (!model.ok()) return std::move(model).status().context(path.filename().string());
  model->path = path;
  return model;
}

Result<Model> load_model(std::span<const std::byte> bytes, const std::filesystem::path& folder,
                         const LoadOptions& options) {
  auto model = guarded_load(bytes, folder, options);
  if (!model.ok()) return std::move(model).status().context("model from memory");
  return model;
}

}  // namespace mortise
