// A session whose first run is cancelled fails for ever.
#include "base.h"

class gallery::Broken : public Plugin {
  mortise_status run(Session& session, const mortise_run_args_t* args, mortise_error_t* error) override {
    if (session.note == kUnprepared) {
      return sdk::report(make_error(StatusCode::kInternal, "the session was not prepared"), error);
    }
    const mortise_status status = Plugin::run(session, args, error);
    if (session.note != kPrepared) session.note = status == MORTISE_CANCELLED ? kUnprepared : kPrepared;
    return status;
  }

  static constexpr int kPrepared = 1, kUnprepared = 2;
};

MORTISE_GALLERY_PLUGIN(Broken);
