// claim() works after the device was lost.
#include "faults.h"

class gallery::Broken : public FaultyPlugin {
  mortise_status claim(Provider& provider, const mortise_graph_t* graph, const mortise_claim_sink_t* sink,
                       mortise_error_t* error) override {
    return Plugin::claim(provider, graph, sink, error);
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
