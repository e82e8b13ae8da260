// claim() depends on the order of nodes: it declines Add on int32 among the first four.
#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  std::optional<sdk::Refusal> judge(const sdk::NodeView& node) override {
    if (node.id() < 4 && is_sum_of_integers(node)) return sdk::Refusal{MORTISE_REFUSAL_OTHER, "one of the first nodes"};
    return Plugin::judge(node);
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
