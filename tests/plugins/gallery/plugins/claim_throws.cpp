// claim() throws for a provider that is not open.
#include <stdexcept>

#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  mortise_status claim(Provider& provider, const mortise_graph_t* graph, const mortise_claim_sink_t* sink,
                       mortise_error_t* error) override {
    if (!provider.opened) throw std::logic_error("not open");
    return Plugin::claim(provider, graph, sink, error);
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
