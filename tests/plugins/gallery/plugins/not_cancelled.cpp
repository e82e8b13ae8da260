// run() ends as usual where it is cancelled, and works on for a while.
#include <unistd.h>

#include "base.h"

class gallery::Broken : public Plugin {
  mortise_status run(Session& session, const mortise_run_args_t* args, mortise_error_t* error) override {
    const mortise_status status = run_to_the_end(session, args, error);
    if (args->context->is_cancelled(args->context)) usleep(200000);
    return status;
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
