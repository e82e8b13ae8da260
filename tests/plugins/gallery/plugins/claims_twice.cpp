// claim() claims node 0 of graphs of two and more nodes twice.
#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  mortise_status claim(Provider& provider, const mortise_graph_t* graph, const mortise_claim_sink_t* sink,
                       mortise_error_t* error) override {
    const mortise_status status = Plugin::claim(provider, graph, sink, error);
    const uint32_t node = 0;
    const sdk::GraphView view(graph);
    if (view.num_nodes() > 1 && !judge(view.node(node))) sink->claim(sink, &node, 1, nullptr);
    return status;
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
