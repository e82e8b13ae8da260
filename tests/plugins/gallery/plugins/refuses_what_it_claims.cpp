// claim() takes QLinearMatMul, and compile() refuses it.
#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  std::optional<sdk::Refusal> judge(const sdk::NodeView& node) override {
    return node.op_type() == "QLinearMatMul" && !compiling_ ? std::nullopt : Plugin::judge(node);
  }
  Result<std::unique_ptr<Session>> make_session(Provider& provider, const sdk::CompileRequest& request) override {
    compiling_ = true;
    auto session = Plugin::make_session(provider, request);
    compiling_ = false;
    return session;
  }

 private:
  bool compiling_ = false;
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
