// claim() of an opened provider fails where there is no error record.
#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  mortise_status claim(Provider& provider, const mortise_graph_t* graph, const mortise_claim_sink_t* sink,
                       mortise_error_t* error) override {
    if (provider.opened && error == nullptr) return MORTISE_INVALID_ARGUMENT;
    return Plugin::claim(provider, graph, sink, error);
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
