// claim() depends on the names of nodes: it declines those that begin with a letter behind 'n'.
#include "base.h"

class gallery::Broken : public Plugin {
  std::optional<sdk::Refusal> judge(const sdk::NodeView& node) override {
    if (node.name() > "o") return sdk::Refusal{MORTISE_REFUSAL_OTHER, "a name from the end of the alphabet"};
    return Plugin::judge(node);
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
