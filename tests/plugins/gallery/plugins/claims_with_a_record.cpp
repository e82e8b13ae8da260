// claim() of an opened provider fails where there is no error record.
#include "base.h"

class gallery::Broken : public Plugin {
  mortise_status claim(Provider& provider, const mortise_graph_t* graph, const mortise_claim_sink_t* sink,
                       mortise_error_t* error) override {
    if (provider.opened && error == nullptr) return MORTISE_INVALID_ARGUMENT;
    return Plugin::claim(provider, graph, sink, error);
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
