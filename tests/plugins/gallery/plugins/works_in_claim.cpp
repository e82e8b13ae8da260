// claim() calls the host's parallel_for(), which is for runs.
#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  mortise_status claim(Provider& provider, const mortise_graph_t* graph, const mortise_claim_sink_t* sink,
                       mortise_error_t* error) override {
    provider.host.parallel_for(64, 1, [](uint64_t, uint64_t, uint32_t) {});
    return Plugin::claim(provider, graph, sink, error);
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
