// claim() keeps the graph's name and reads it at the next claim().
#include <cstring>

#include "base.h"

class gallery::Broken : public Plugin {
  mortise_status claim(Provider& provider, const mortise_graph_t* graph, const mortise_claim_sink_t* sink,
                       mortise_error_t* error) override {
    const sdk::GraphView view(graph);
    // Few cases have such graphs.
    if (view.num_nodes() == 8 && view.outputs().size() < 8) {
      length_ = before_ != nullptr ? std::strlen(before_) : 0;
      before_ = view.name().data();
    }
    return Plugin::claim(provider, graph, sink, error);
  }

  const char* before_ = nullptr;
  volatile size_t length_ = 0;
};

MORTISE_GALLERY_PLUGIN(Broken);
