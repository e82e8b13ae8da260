// A session that was cancelled once fails for ever.
#include <set>

#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  mortise_status run(Session& session, const mortise_run_args_t* args, mortise_error_t* error) override {
    if (cancelled_.contains(&session)) {
      return sdk::report(make_error(StatusCode::kCancelled, "the run was cancelled, some time ago"), error);
    }
    const mortise_status status = Plugin::run(session, args, error);
    if (status == MORTISE_CANCELLED) cancelled_.insert(&session);
    return status;
  }
  void destroy(Session& session) override {
    cancelled_.erase(&session);
    Plugin::destroy(session);
  }

 private:
  std::set<const Session*> cancelled_;
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
