// claim() declines MatMul with a code that does not exist.
#include "base.h"

class gallery::Broken : public Plugin {
  std::optional<sdk::Refusal> judge(const sdk::NodeView& node) override {
    if (node.op_type() == "MatMul") return sdk::Refusal{99, "another operator"};
    return Plugin::judge(node);
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
