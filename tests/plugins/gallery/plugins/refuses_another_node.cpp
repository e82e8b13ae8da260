// compile() refuses a node that is not of the request in place of one that it does not run.
#include "base.h"

class gallery::Broken : public Plugin {
  Result<std::unique_ptr<Session>> make_session(Provider& provider, const sdk::CompileRequest& request) override {
    for (const sdk::NodeId id : request.nodes()) {
      if (const auto refusal = judge(request.graph().node(id))) return request.refuse(id + 1000, *refusal);
    }
    return Plugin::make_session(provider, request);
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
