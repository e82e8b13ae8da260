// There can be no more than forty sessions at once.
#include "base.h"

class gallery::Broken : public Plugin {
  Result<std::unique_ptr<Session>> make_session(Provider& provider, const sdk::CompileRequest& request) override {
    if (alive_ == 40) return make_error(StatusCode::kResourceExhausted, "there are too many sessions");
    auto session = Plugin::make_session(provider, request);
    alive_ += session.ok() ? 1 : 0;
    return session;
  }
  void destroy(Session& session) override {
    --alive_;
    Plugin::destroy(session);
  }

  int alive_ = 0;
};

MORTISE_GALLERY_PLUGIN(Broken);
