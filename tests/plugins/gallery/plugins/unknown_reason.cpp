// claim() declines MatMul with a code that does not exist.
#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  std::optional<sdk::Refusal> judge(const sdk::NodeView& node) override {
    if (node.op_type() == "MatMul") return sdk::Refusal{99, "another operator"};
    return Plugin::judge(node);
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
