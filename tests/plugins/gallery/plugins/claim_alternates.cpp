// Every other claim() declines everything.
#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  mortise_status claim(Provider& provider, const mortise_graph_t* graph, const mortise_claim_sink_t* sink,
                       mortise_error_t* error) override {
    willing_ = !willing_;
    return Plugin::claim(provider, graph, sink, error);
  }
  std::optional<sdk::Refusal> judge(const sdk::NodeView& node) override {
    if (!willing_) return sdk::Refusal{MORTISE_REFUSAL_OTHER, "not now"};
    return Plugin::judge(node);
  }

 private:
  bool willing_ = false;
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
