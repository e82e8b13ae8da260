// claim() claims node 1 of graphs of eight nodes and as many outputs twice.
#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  mortise_status claim(Provider& provider, const mortise_graph_t* graph, const mortise_claim_sink_t* sink,
                       mortise_error_t* error) override {
    const mortise_status status = Plugin::claim(provider, graph, sink, error);
    const uint32_t node = 1;
    const sdk::GraphView view(graph);
    if (view.num_nodes() == 8 && view.outputs().size() == 8 && !judge(view.node(node)))
      sink->claim(sink, &node, 1, nullptr);
    return status;
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
