// claim() declines Add on int32 among other nodes, and gives no reason.
#include "base.h"

class gallery::Broken : public Plugin {
  std::optional<sdk::Refusal> judge(const sdk::NodeView& node) override {
    const bool alone = sdk::GraphView(node.graph()).num_nodes() == 1;
    if (!alone && is_sum_of_integers(node)) return sdk::Refusal{MORTISE_REFUSAL_OTHER, ""};
    return Plugin::judge(node);
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
