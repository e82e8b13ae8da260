// Over-claims: takes Neg of every element type, and refuses some when it compiles.
#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
  std::optional<sdk::Refusal> judge(const sdk::NodeView& node) override {
    const std::optional<sdk::Refusal> refusal = Plugin::judge(node);
    const bool of_type = refusal && refusal->code == MORTISE_REFUSAL_DTYPE && node.op_type() == "Neg";
    return of_type && !compiling_ ? std::nullopt : refusal;
  }
  Result<std::unique_ptr<Session>> make_session(Provider& provider, const sdk::CompileRequest& request) override {
    compiling_ = true;
    auto session = Plugin::make_session(provider, request);
    compiling_ = false;
    return session;
  }

  bool compiling_ = false;
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
