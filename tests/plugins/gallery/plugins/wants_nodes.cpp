// claim() fails for a graph without nodes.
#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  mortise_status claim(Provider& provider, const mortise_graph_t* graph, const mortise_claim_sink_t* sink,
                       mortise_error_t* error) override {
    if (sdk::GraphView(graph).num_nodes() != 0) return Plugin::claim(provider, graph, sink, error);
    return sdk::report(invalid_argument("there are no nodes"), error);
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
