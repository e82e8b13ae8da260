// A run that was submitted goes on to its end, whatever the host says.
#include "async.h"

namespace {

using namespace gallery;

class Broken : public AsyncPlugin {
 public:
  mortise_status run_submitted(Session& session, const mortise_run_args_t* args, mortise_error_t* error) override {
    mortise_run_context_t deaf = *args->context;
    deaf.is_cancelled = [](const mortise_run_context_t*) { return false; };
    mortise_run_args_t changed = *args;
    changed.context = &deaf;
    return run(session, &changed, error);
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
