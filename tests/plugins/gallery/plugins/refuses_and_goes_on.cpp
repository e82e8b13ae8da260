// compile() refuses nodes that it does not run, and returns OK and a session.
#include "base.h"

class gallery::Broken : public Plugin {
  Result<std::unique_ptr<Session>> make_session(Provider& provider, const sdk::CompileRequest& request) override {
    Result<std::unique_ptr<Session>> session = Plugin::make_session(provider, request);
    if (!session.ok() && session.status().code() == StatusCode::kUnimplemented) {
      return std::make_unique<Session>(provider);
    }
    return session;
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
