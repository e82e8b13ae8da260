// A session that was cancelled once fails for ever.
#include "base.h"

class gallery::Broken : public Plugin {
  mortise_status run(Session& session, const mortise_run_args_t* args, mortise_error_t* error) override {
    if (session.note == kCancelled) {
      return sdk::report(make_error(StatusCode::kCancelled, "the run was cancelled, some time ago"), error);
    }
    const mortise_status status = Plugin::run(session, args, error);
    if (status == MORTISE_CANCELLED) session.note = kCancelled;
    return status;
  }

  static constexpr int kCancelled = 1;
};

MORTISE_GALLERY_PLUGIN(Broken);
