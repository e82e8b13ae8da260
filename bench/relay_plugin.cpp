// Two providers that run one node of 16 floats as fast as it can be done, so that what remains of a run is the host's.
// They exist to be alternated.
#include <algorithm>

#include "mortise/sdk/plugin.h"

namespace {

using namespace mortise;

template <class Op>
class Session : public sdk::Session {
 public:
  Status run(const sdk::RunArgs& args) override {
    const auto from = args.input(0).data<float>();
    std::ranges::transform(from, args.output(0).data<float>().begin(), Op::apply);
    return {};
  }
};

// Claims every Op by itself.
template <class Op>
class Provider : public sdk::Provider {
 public:
  static const mortise_provider_descriptor_t kDescriptor;

  Provider(const sdk::Host& host, std::string_view) : sdk::Provider(host) {}
  std::string describe() const override { return "the CPU"; }
  Status claim(const sdk::GraphView& graph, sdk::ClaimSink& sink) override {
    for (sdk::NodeId id = 0; id < graph.num_nodes(); ++id) {
      const bool ours = graph.node(id).op_type() == Op::kName;
      MORTISE_TRY(ours ? sink.claim(id) : sink.decline(id, MORTISE_REFUSAL_OP, "another operator"));
    }
    return {};
  }
  Result<std::unique_ptr<sdk::Session>> compile(const sdk::CompileRequest& request) override {
    if (request.nodes().size() != 1) return unimplemented("one node at a time");
    return std::unique_ptr<sdk::Session>(std::make_unique<Session<Op>>());
  }
};

template <class Op>
const mortise_provider_descriptor_t Provider<Op>::kDescriptor = {.id = Op::kId,
                                                                 .name = Op::kName,
                                                                 .vendor = "Mortise",
                                                                 .version = "0.1.0",
                                                                 .description = "Runs one operator, for benches.",
                                                                 .options_schema = "{}",
                                                                 .concurrency = MORTISE_CONCURRENCY_REENTRANT,
                                                                 .determinism = MORTISE_DETERMINISM_ANY_THREADS,
                                                                 .numerics = 0,
                                                                 .reserved = 0};

struct Neg {
  static constexpr const char* kId = "org.mortise.bench.neg";
  static constexpr const char* kName = "Neg";
  static float apply(float x) { return -x; }
};
struct Relu {
  static constexpr const char* kId = "org.mortise.bench.relu";
  static constexpr const char* kName = "Relu";
  static float apply(float x) { return std::max(x, 0.0f); }
};

}  // namespace

MORTISE_PLUGIN(Provider<Neg>, Provider<Relu>);
