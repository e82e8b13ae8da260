// claim() claims node 1 of graphs of eight nodes and as many outputs twice.
#include "base.h"

class gallery::Broken : public Plugin {
  mortise_status claim(Provider& provider, const mortise_graph_t* graph, const mortise_claim_sink_t* sink,
                       mortise_error_t* error) override {
    const mortise_status status = Plugin::claim(provider, graph, sink, error);
    const uint32_t node = 1;
    const sdk::GraphView view(graph);
    if (has_eight_outputs(view) && !judge(view.node(node))) sink->claim(sink, &node, 1, nullptr);
    return status;
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
