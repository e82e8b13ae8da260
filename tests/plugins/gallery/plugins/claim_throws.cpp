// claim() throws for a provider that was closed.
#include <stdexcept>

#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  mortise_status claim(Provider& provider, const mortise_graph_t* graph, const mortise_claim_sink_t* sink,
                       mortise_error_t* error) override {
    if (closed_ == &provider && !provider.opened) throw std::logic_error("not open any more");
    return Plugin::claim(provider, graph, sink, error);
  }
  void close(Provider& provider) override {
    closed_ = &provider;
    Plugin::close(provider);
  }
  void destroy(Provider& provider) override {
    closed_ = nullptr;
    Plugin::destroy(provider);
  }

 private:
  const Provider* closed_ = nullptr;
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
