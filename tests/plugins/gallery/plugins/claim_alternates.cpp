// The third claim() in a row about one graph declines everything.
#include "base.h"

class gallery::Broken : public Plugin {
  mortise_status claim(Provider& provider, const mortise_graph_t* graph, const mortise_claim_sink_t* sink,
                       mortise_error_t* error) override {
    // Another graph may lie where one was before.
    const std::pair which(graph, sdk::GraphView(graph).num_nodes());
    times_ = which == before_ ? times_ + 1 : 1;
    before_ = which;
    return Plugin::claim(provider, graph, sink, error);
  }
  std::optional<sdk::Refusal> judge(const sdk::NodeView& node) override {
    if (times_ == 3) return sdk::Refusal{MORTISE_REFUSAL_OTHER, "not now"};
    return Plugin::judge(node);
  }

  std::pair<const mortise_graph_t*, uint32_t> before_;
  int times_ = 0;
};

MORTISE_GALLERY_PLUGIN(Broken);
