// run() ends as usual where it is cancelled, and works on for a while.
#include <unistd.h>

#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  mortise_status run(Session& session, const mortise_run_args_t* args, mortise_error_t* error) override {
    mortise_run_context_t deaf = *args->context;
    deaf.is_cancelled = [](const mortise_run_context_t*) { return false; };
    mortise_run_args_t changed = *args;
    changed.context = &deaf;
    const mortise_status status = Plugin::run(session, &changed, error);
    if (args->context->is_cancelled(args->context)) usleep(200000);
    return status;
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
