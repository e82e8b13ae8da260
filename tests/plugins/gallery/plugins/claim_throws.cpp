// claim() throws for a provider that was closed.
#include <stdexcept>

#include "base.h"

class gallery::Broken : public Plugin {
  mortise_status claim(Provider& provider, const mortise_graph_t* graph, const mortise_claim_sink_t* sink,
                       mortise_error_t* error) override {
    if (provider.note == kClosed && !provider.opened) throw std::logic_error("not open any more");
    return Plugin::claim(provider, graph, sink, error);
  }
  void close(Provider& provider) override {
    provider.note = kClosed;
    Plugin::close(provider);
  }

  static constexpr int kClosed = 1;
};

MORTISE_GALLERY_PLUGIN(Broken);
