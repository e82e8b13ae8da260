// Over-claims: takes Neg of every element type, and refuses some when it compiles.
#include "base.h"

class gallery::Broken : public Plugin {
  std::optional<sdk::Refusal> judge_claim(const sdk::NodeView& node) override {
    const std::optional<sdk::Refusal> refusal = judge(node);
    const bool of_type = refusal && refusal->code == MORTISE_REFUSAL_DTYPE && node.op_type() == "Neg";
    return of_type ? std::nullopt : refusal;
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
