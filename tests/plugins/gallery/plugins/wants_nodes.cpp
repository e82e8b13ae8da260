// claim() fails for a graph without nodes.
#include "base.h"

class gallery::Broken : public Plugin {
  mortise_status claim(Provider& provider, const mortise_graph_t* graph, const mortise_claim_sink_t* sink,
                       mortise_error_t* error) override {
    if (sdk::GraphView(graph).num_nodes() != 0) return Plugin::claim(provider, graph, sink, error);
    return sdk::report(invalid_argument("there are no nodes"), error);
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
