// claim() keeps the graph's name and reads it at the next claim().
#include <cstring>

#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  mortise_status claim(Provider& provider, const mortise_graph_t* graph, const mortise_claim_sink_t* sink,
                       mortise_error_t* error) override {
    length_ = before_ != nullptr ? std::strlen(before_) : 0;
    before_ = sdk::GraphView(graph).name().data();
    return Plugin::claim(provider, graph, sink, error);
  }

 private:
  const char* before_ = nullptr;
  volatile size_t length_ = 0;
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
