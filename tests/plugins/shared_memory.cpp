// A device whose memory the host can reach too, or says it cannot: the option "visible". It runs Neg, and Sum of two
// tensors of one shape, in that memory.
//
// "full": there is no memory. "unlisted": a session wants memory of a kind that is not listed.
#include <cstring>
#include <map>
#include <nlohmann/json.hpp>
#include <vector>

#include "mortise/sdk/options.h"
#include "mortise/sdk/plugin.h"

namespace {

using namespace mortise;

constexpr char kOptions[] = R"({"type": "object", "additionalProperties": false, "properties": {
  "visible": {"type": "boolean", "default": true},
  "full": {"type": "boolean", "default": false},
  "unlisted": {"type": "boolean", "default": false}}})";

constexpr uint32_t kShared = 3;

// The nodes of a segment, one after the other; values by their ids in the graph.
class SharedSession final : public sdk::Session {
 public:
  explicit SharedSession(const sdk::CompileRequest& request)
      : inputs_(request.inputs().begin(), request.inputs().end()),
        outputs_(request.outputs().begin(), request.outputs().end()) {
    for (const sdk::NodeId id : request.nodes()) {
      const sdk::NodeView node = request.graph().node(id);
      nodes_.push_back({{node.inputs().begin(), node.inputs().end()}, node.outputs()[0]});
    }
  }

  Status run(const sdk::RunArgs& args) override {
    std::map<sdk::ValueId, std::vector<float>> values;
    std::vector<int64_t> dims;
    for (size_t i = 0; i < inputs_.size(); ++i) {
      const mortise_tensor_t& x = args.input(i).raw();
      if (x.memory_kind != kShared) return invalid_argument("memory of a wrong kind");
      dims.assign(x.dims, x.dims + x.rank);
      const auto* from = static_cast<const float*>(x.data);
      values[inputs_[i]].assign(from, from + x.size_bytes / sizeof(float));
    }
    for (const Node& node : nodes_) {
      std::vector<float> y = values.at(node.inputs[0]);
      if (node.inputs.size() == 2 && values.at(node.inputs[1]).size() != y.size()) {
        return invalid_argument("Sum of two shapes");
      }
      for (size_t i = 0; i < y.size(); ++i)
        y[i] = node.inputs.size() == 2 ? y[i] + values.at(node.inputs[1])[i] : -y[i];
      values[node.output] = std::move(y);
    }
    for (size_t i = 0; i < outputs_.size(); ++i) {
      MORTISE_ASSIGN(const mortise_tensor_t y, args.output(i, dims));
      if (!args.output(i).unallocated() && y.memory_kind != kShared) return invalid_argument("memory of a wrong kind");
      const std::vector<float>& value = values.at(outputs_[i]);
      std::memcpy(y.data, value.data(), value.size() * sizeof(float));
    }
    return {};
  }

 private:
  struct Node {
    std::vector<sdk::ValueId> inputs;
    sdk::ValueId output;
  };
  std::vector<sdk::ValueId> inputs_, outputs_;
  std::vector<Node> nodes_;
};

class SharedProvider final : public sdk::Provider, public sdk::DeviceMemoryExtension {
 public:
  static const mortise_provider_descriptor_t kDescriptor;

  SharedProvider(const sdk::Host& host, std::string_view options)
      : Provider(host), options_(sdk::read_options<nlohmann::json>("shared", kOptions, options)) {
    kind_ = {.name = "shared", .alignment = 64, .kind = kShared};
    if (options_["visible"]) kind_.flags = MORTISE_MEMORY_HOST_VISIBLE;
  }

  std::string describe() const override { return "a device that shares its memory"; }
  Status claim(const sdk::GraphView& graph, sdk::ClaimSink& sink) override {
    for (sdk::NodeId id = 0; id < graph.num_nodes(); ++id) {
      const sdk::NodeView node = graph.node(id);
      const bool mine = node.op_type() == "Neg" || (node.op_type() == "Sum" && node.inputs().size() == 2);
      MORTISE_TRY(mine ? sink.claim(id) : sink.decline(id, MORTISE_REFUSAL_OP, "another operator"));
    }
    return {};
  }
  Result<std::unique_ptr<sdk::Session>> compile(const sdk::CompileRequest& request) override {
    return std::unique_ptr<sdk::Session>(std::make_unique<SharedSession>(request));
  }

  std::span<const mortise_memory_kind_t> kinds() const override { return {&kind_, 1}; }
  uint32_t input_kind(const sdk::Session&, uint64_t) const override { return options_["unlisted"] ? 7 : kShared; }
  uint32_t output_kind(const sdk::Session&, uint64_t) const override { return kShared; }
  Result<void*> allocate(uint32_t, uint64_t size) override {
    if (options_["full"]) return make_error(StatusCode::kResourceExhausted, "the device is full");
    return ::operator new(size, std::align_val_t(64));
  }
  void release(uint32_t, void* handle) override { ::operator delete(handle, std::align_val_t(64)); }
  Status copy_in(uint32_t, void* handle, uint64_t offset, const void* source, uint64_t size) override {
    std::memcpy(static_cast<char*>(handle) + offset, source, size);
    return {};
  }
  Status copy_out(uint32_t, const void* handle, uint64_t offset, void* target, uint64_t size) override {
    std::memcpy(target, static_cast<const char*>(handle) + offset, size);
    return {};
  }

 private:
  const nlohmann::json options_;
  mortise_memory_kind_t kind_;
};

const mortise_provider_descriptor_t SharedProvider::kDescriptor = {
    .id = "org.mortise.test.shared",
    .name = "shared",
    .vendor = "Mortise",
    .version = "1.0.0",
    .description = "Runs Neg in memory that the host may reach.",
    .options_schema = kOptions,
    .concurrency = MORTISE_CONCURRENCY_REENTRANT,
    .determinism = MORTISE_DETERMINISM_ANY_THREADS};

}  // namespace

MORTISE_PLUGIN(SharedProvider);
