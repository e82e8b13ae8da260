// Every other provider declines Add on int32.
#include <set>

#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  std::unique_ptr<Provider> make_provider(const mortise_host_t* host, const std::string& options) override {
    auto made = Plugin::make_provider(host, options);
    if (++created_ % 2 == 0) declining_.insert(made.get());
    return made;
  }
  void destroy(Provider& provider) override {
    declining_.erase(&provider);
    Plugin::destroy(provider);
  }
  mortise_status claim(Provider& provider, const mortise_graph_t* graph, const mortise_claim_sink_t* sink,
                       mortise_error_t* error) override {
    declines_ = declining_.contains(&provider);
    return Plugin::claim(provider, graph, sink, error);
  }
  std::optional<sdk::Refusal> judge(const sdk::NodeView& node) override {
    if (declines_ && is_sum_of_integers(node)) return sdk::Refusal{MORTISE_REFUSAL_OTHER, "not this time"};
    return Plugin::judge(node);
  }

 private:
  uint32_t created_ = 0;
  bool declines_ = false;
  std::set<const Provider*> declining_;
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
