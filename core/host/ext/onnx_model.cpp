// The host half of mortise.onnx-model: nodes of a graph as an ONNX file, for providers whose compiler eats such files.
#include "core/graph/abi_graph.h"
#include "core/host/ext/extensions.h"
#include "core/model/export.h"
#include "mortise/sdk/trampoline.h"

namespace mortise {

namespace {

Status write_all(const mortise_ostream_t& stream, std::string_view bytes) {
  while (!bytes.empty()) {
    const int64_t count = stream.write(&stream, bytes.data(), bytes.size());
    if (count <= 0 || static_cast<uint64_t>(count) > bytes.size()) {
      return make_error(StatusCode::kDataLoss, "serialize(): the stream took no more of the model");
    }
    bytes.remove_prefix(static_cast<size_t>(count));
  }
  return {};
}

}  // namespace

const mortise_host_onnx_model_t kHostOnnxModel = {
    .serialize =
        [](const mortise_host_t*, const mortise_graph_t* graph, const uint32_t* node_ids, uint64_t count,
           const mortise_ostream_t* stream, mortise_error_t* error) noexcept {
          return sdk::guarded(error, [&]() -> Status {
            if (graph == nullptr || stream == nullptr || stream->write == nullptr ||
                (node_ids == nullptr && count != 0)) {
              return invalid_argument("serialize(): an argument is null");
            }
            MORTISE_ASSIGN(const std::string model, serialize_nodes(graph_of(graph), std::span(node_ids, count)));
            return write_all(*stream, model);
          });
        },
};

}  // namespace mortise
