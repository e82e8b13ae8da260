// compile() refuses nodes that it does not run, and returns OK and a session.
#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  Result<std::unique_ptr<Session>> make_session(Provider& provider, const sdk::CompileRequest& request) override {
    Result<std::unique_ptr<Session>> session = Plugin::make_session(provider, request);
    if (!session.ok() && session.status().code() == StatusCode::kUnimplemented) {
      return std::make_unique<Session>(provider);
    }
    return session;
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
