// Every other provider declines Add on int32.
#include "base.h"

class gallery::Broken : public Plugin {
  Result<std::unique_ptr<Provider>> make_provider(const mortise_host_t* host, const std::string& options) override {
    auto made = Plugin::make_provider(host, options);
    (*made)->note = ++created_ % 2;
    return made;
  }
  mortise_status claim(Provider& provider, const mortise_graph_t* graph, const mortise_claim_sink_t* sink,
                       mortise_error_t* error) override {
    declines_ = provider.note == 0;
    return Plugin::claim(provider, graph, sink, error);
  }
  std::optional<sdk::Refusal> judge(const sdk::NodeView& node) override {
    if (declines_ && is_sum_of_integers(node)) return sdk::Refusal{MORTISE_REFUSAL_OTHER, "not this time"};
    return Plugin::judge(node);
  }

  int created_ = 0;
  bool declines_ = false;
};

MORTISE_GALLERY_PLUGIN(Broken);
