// claim() takes QLinearMatMul, and compile() refuses it.
#include "base.h"

class gallery::Broken : public Plugin {
  std::optional<sdk::Refusal> judge_claim(const sdk::NodeView& node) override {
    return node.op_type() == "QLinearMatMul" ? std::nullopt : judge(node);
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
