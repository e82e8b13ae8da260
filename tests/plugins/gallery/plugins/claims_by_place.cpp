// claim() depends on the order of nodes: it declines Add on int32 among the first four.
#include "base.h"

class gallery::Broken : public Plugin {
  std::optional<sdk::Refusal> judge(const sdk::NodeView& node) override {
    if (node.id() < 4 && is_sum_of_integers(node)) return sdk::Refusal{MORTISE_REFUSAL_OTHER, "one of the first nodes"};
    return Plugin::judge(node);
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
