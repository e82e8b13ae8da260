// claim() keeps the name of a graph of eight nodes and fewer outputs, and reads it at the next claim() of such a graph.
#include <cstring>

#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  mortise_status claim(Provider& provider, const mortise_graph_t* graph, const mortise_claim_sink_t* sink,
                       mortise_error_t* error) override {
    const sdk::GraphView view(graph);
    if (view.num_nodes() == 8 && view.outputs().size() < 8) {
      length_ = before_ != nullptr ? std::strlen(before_) : 0;
      before_ = view.name().data();
    }
    return Plugin::claim(provider, graph, sink, error);
  }

 private:
  const char* before_ = nullptr;
  volatile size_t length_ = 0;
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
