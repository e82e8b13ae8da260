// A run that was submitted goes on to its end, whatever the host says.
#include "async.h"

class gallery::Broken : public AsyncPlugin {
  mortise_status run_submitted(Session& session, const mortise_run_args_t* args, mortise_error_t* error) override {
    return run_to_the_end(session, args, error);
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
