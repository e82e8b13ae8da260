// claim() claims a node behind the last one of graphs of eight nodes and as many outputs.
#include "base.h"

class gallery::Broken : public Plugin {
  mortise_status claim(Provider& provider, const mortise_graph_t* graph, const mortise_claim_sink_t* sink,
                       mortise_error_t* error) override {
    const uint32_t node = sdk::GraphView(graph).num_nodes();
    if (has_eight_outputs(sdk::GraphView(graph))) sink->claim(sink, &node, 1, nullptr);
    return Plugin::claim(provider, graph, sink, error);
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
