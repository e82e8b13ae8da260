// There can be no more than forty sessions at once.
#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
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

 private:
  int alive_ = 0;
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
