// Patchwork: the reference provider three times, each behind claims and faults that the options choose.
//
// A provider claims the nodes that `seed` picks, singly or in sets that stay together, and refuses some of them again
// at compile. What it computes, it computes as the reference does: however a graph is patched together, the bits are
// the same. A run can fail once, or the device can be lost, at a run of the test's choosing.
#include <atomic>
#include <nlohmann/json.hpp>

#include "mortise/sdk/plugin.h"
#include "providers/reference/program.h"
#include "providers/reference/provider.h"

namespace mortise::test {
namespace {

constexpr const char* kSchema = R"({
  "type": "object", "additionalProperties": false,
  "properties": {
    "seed": {"type": "integer", "minimum": 0, "default": 0},
    "claim_percent": {"type": "integer", "minimum": 0, "maximum": 100, "default": 100},
    "max_set": {"type": "integer", "minimum": 1, "maximum": 100, "default": 1},
    "refuse_percent": {"type": "integer", "minimum": 0, "maximum": 100, "default": 0},
    "fault": {"enum": ["none", "transient", "internal", "lost", "throw", "no memory", "busy", "blame input"], "default": "none"},
    "fault_at": {"type": "integer", "minimum": 1, "default": 1},
    "fault_claim": {"type": "boolean", "default": false}
  }
})";

struct Options {
  uint32_t seed, claim_percent, max_set, refuse_percent, fault_at;
  std::string fault;
  bool fault_claim;

  explicit Options(std::string_view text) {
    const auto json = nlohmann::json::parse(text);
    seed = json.at("seed");
    claim_percent = json.at("claim_percent");
    max_set = json.at("max_set");
    refuse_percent = json.at("refuse_percent");
    fault = json.at("fault");
    fault_at = json.at("fault_at");
    fault_claim = json.at("fault_claim");
  }
};

// 0 to 99, the same for the same node.
uint32_t draw(uint32_t seed, const sdk::NodeView& node) {
  uint64_t hash = 0xcbf29ce484222325u ^ seed * 0x9e3779b97f4a7c15u;
  for (const char c : std::string_view(node.name())) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return static_cast<uint32_t>((hash ^ hash >> 29) % 100);
}

class FaultySession : public sdk::Session {
 public:
  FaultySession(std::unique_ptr<sdk::Session> inner, const Options& options, std::atomic<uint32_t>& runs)
      : inner_(std::move(inner)), options_(options), runs_(runs) {}

  Status run(const sdk::RunArgs& args) override {
    if (options_.fault == "busy") return Status(StatusCode::kUnavailable, "the bus is busy").as_transient();
    const uint32_t run = ++runs_;
    // A device that is lost stays lost.
    if (options_.fault != "none" &&
        (run == options_.fault_at || (options_.fault == "lost" && run > options_.fault_at))) {
      if (options_.fault == "transient") return Status(StatusCode::kUnavailable, "the bus is busy").as_transient();
      if (options_.fault == "lost") return Status(StatusCode::kDeviceLost, "the device has gone");
      if (options_.fault == "no memory") return Status(StatusCode::kResourceExhausted, "the device's memory is full");
      if (options_.fault == "blame input") return Status(StatusCode::kOutOfRange, "the input is too bright");
      if (options_.fault == "throw") throw std::runtime_error("a bug");
      return Status(StatusCode::kInternal, "the device has stalled");
    }
    return inner_->run(args);
  }

 private:
  std::unique_ptr<sdk::Session> inner_;
  const Options& options_;
  std::atomic<uint32_t>& runs_;
};

template <char kName>
class Patch : public reference::Provider {
 public:
  static constexpr char kId[] = {'o', 'r', 'g', '.', 'm', 'o', 'r', 't', 'i', 's', 'e',   '.', 't',
                                 'e', 's', 't', '.', 'p', 'a', 't', 'c', 'h', '-', kName, '\0'};
  static constexpr mortise_provider_descriptor_t kDescriptor = {
      .id = kId,
      .name = "Patch",
      .vendor = "Mortise",
      .version = "1.0.0",
      .description = "The reference provider behind chosen claims and faults",
      .options_schema = kSchema,
      .concurrency = MORTISE_CONCURRENCY_REENTRANT,
      .determinism = MORTISE_DETERMINISM_ANY_THREADS,
  };

  Patch(const sdk::Host& host, std::string_view options) : reference::Provider(host, "{}"), options_(options) {}

  Status claim(const sdk::GraphView& graph, sdk::ClaimSink& sink) override {
    std::vector<sdk::NodeId> set;
    const auto hand_in = [&]() -> Status {
      if (set.empty()) return {};
      MORTISE_TRY(sink.claim(set));
      set.clear();
      return {};
    };
    if (options_.fault_claim) return Status(StatusCode::kInternal, "the compiler's licence has run out");
    for (sdk::NodeId id = 0; id < graph.num_nodes(); ++id) {
      const auto made = reference::make_kernel(reference::NodeSpec(graph, id, false));
      if (const auto* refusal = std::get_if<sdk::Refusal>(&made)) {
        MORTISE_TRY(sink.decline(id, refusal->code, refusal->text));
      } else if (draw(options_.seed, graph.node(id)) >= options_.claim_percent) {
        MORTISE_TRY(sink.decline(id, MORTISE_REFUSAL_OTHER, "not drawn"));
      } else {
        set.push_back(id);
        if (set.size() > draw(options_.seed + 1, graph.node(id)) % options_.max_set) MORTISE_TRY(hand_in());
      }
    }
    return hand_in();
  }

  Result<std::unique_ptr<sdk::Session>> compile(const sdk::CompileRequest& request) override {
    Status refused;
    for (const sdk::NodeId id : request.nodes()) {
      if (draw(options_.seed + 2, request.graph().node(id)) < options_.refuse_percent) {
        refused = request.refuse(id, MORTISE_REFUSAL_OTHER, "drawn to be refused");
      }
    }
    MORTISE_TRY(std::move(refused));
    MORTISE_ASSIGN(std::unique_ptr<sdk::Session> inner, reference::Provider::compile(request));
    return std::unique_ptr<sdk::Session>(std::make_unique<FaultySession>(std::move(inner), options_, runs_));
  }

 private:
  const Options options_;
  std::atomic<uint32_t> runs_{0};
};

}  // namespace
}  // namespace mortise::test

MORTISE_PLUGIN(mortise::test::Patch<'a'>, mortise::test::Patch<'b'>, mortise::test::Patch<'c'>);
