// A session whose first run is cancelled fails for ever.
#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  mortise_status run(Session& session, const mortise_run_args_t* args, mortise_error_t* error) override {
    const auto [ran, first] = ran_.try_emplace(&session, true);
    if (!ran->second) return sdk::report(make_error(StatusCode::kInternal, "the session was not prepared"), error);
    const mortise_status status = Plugin::run(session, args, error);
    if (first) ran->second = status != MORTISE_CANCELLED;
    return status;
  }
  void destroy(Session& session) override {
    ran_.erase(&session);
    Plugin::destroy(session);
  }

 private:
  std::map<const Session*, bool> ran_;  // whether the first run went well
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
