// compile() returns UNIMPLEMENTED for nodes that it does not run, and refuses none.
#include "base.h"

class gallery::Broken : public Plugin {
  Result<std::unique_ptr<Session>> make_session(Provider& provider, const sdk::CompileRequest& request) override {
    for (const uint32_t id : request.nodes()) {
      if (judge(request.graph().node(id))) return unimplemented("there is a node that is not for this provider");
    }
    return Plugin::make_session(provider, request);
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
