// A provider that runs Neg, keeps what it compiles through "mortise.compiled-cache/1", and says in its description how
// often it has compiled and loaded.
#include "mortise/sdk/plugin.h"

namespace {

using namespace mortise;

constexpr std::string_view kBlob = "negate";

class Session final : public sdk::Session {
 public:
  Status run(const sdk::RunArgs& args) override {
    const std::span<const float> input = args.input(0).data<float>();
    const std::span<float> output = args.output(0).data<float>();
    for (size_t i = 0; i < output.size(); ++i) output[i] = -input[i];
    return {};
  }
};

class Provider final : public sdk::Provider, public sdk::CompiledCacheExtension {
 public:
  static const mortise_provider_descriptor_t kDescriptor;
  Provider(const sdk::Host& host, std::string_view) : sdk::Provider(host) {}
  std::string describe() const override { return concat("compiled ", compiled_, ", loaded ", loaded_); }

  Status claim(const sdk::GraphView& graph, sdk::ClaimSink& sink) override {
    for (sdk::NodeId id = 0; id < graph.num_nodes(); ++id) {
      MORTISE_TRY(graph.node(id).op_type() == "Neg" ? sink.claim(id) : sink.decline(id, MORTISE_REFUSAL_OP, "no Neg"));
    }
    return {};
  }
  Result<std::unique_ptr<sdk::Session>> compile(const sdk::CompileRequest&) override {
    ++compiled_;
    return std::unique_ptr<sdk::Session>(std::make_unique<Session>());
  }

  Result<std::string> key(const sdk::CompileRequest& request) override {
    return concat("nodes ", request.nodes().size());
  }
  Result<std::string> save(const sdk::Session&) override { return std::string(kBlob); }
  Result<std::unique_ptr<sdk::Session>> load(const sdk::CompileRequest&, std::string_view blob) override {
    if (blob != kBlob) return Status(StatusCode::kDataLoss, "a blob of something else");
    ++loaded_;
    return std::unique_ptr<sdk::Session>(std::make_unique<Session>());
  }

 private:
  int compiled_ = 0;
  int loaded_ = 0;
};

const mortise_provider_descriptor_t Provider::kDescriptor = {.id = "org.mortise.test.cached",
                                                             .name = "cached",
                                                             .vendor = "Mortise",
                                                             .version = "1.0.0",
                                                             .description = "Runs Neg and can be loaded from a cache.",
                                                             .options_schema = "{}",
                                                             .concurrency = MORTISE_CONCURRENCY_REENTRANT,
                                                             .determinism = MORTISE_DETERMINISM_ANY_THREADS};

}  // namespace

MORTISE_PLUGIN(Provider);
