// claim() claims a node behind the last one of graphs of eight nodes and as many outputs.
#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  mortise_status claim(Provider& provider, const mortise_graph_t* graph, const mortise_claim_sink_t* sink,
                       mortise_error_t* error) override {
    const sdk::GraphView view(graph);
    const uint32_t node = view.num_nodes();
    if (node == 8 && view.outputs().size() == 8) sink->claim(sink, &node, 1, nullptr);
    return Plugin::claim(provider, graph, sink, error);
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
