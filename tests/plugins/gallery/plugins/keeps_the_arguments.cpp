// A run reads the arguments of the run before on its thread.
#include "base.h"

class gallery::Broken : public Plugin {
  mortise_status run(Session& session, const mortise_run_args_t* args, mortise_error_t* error) override {
    thread_local const volatile mortise_run_args_t* before = args;
    (void)before->num_inputs;
    before = args;
    return Plugin::run(session, args, error);
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
