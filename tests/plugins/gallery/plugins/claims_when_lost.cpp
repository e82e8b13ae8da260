// claim() works after the device was lost.
#include "faults.h"

namespace {

using namespace gallery;

class Broken : public FaultyPlugin {
 public:
  mortise_status claim(Provider& provider, const mortise_graph_t* graph, const mortise_claim_sink_t* sink,
                       mortise_error_t* error) override {
    return Plugin::claim(provider, graph, sink, error);
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
