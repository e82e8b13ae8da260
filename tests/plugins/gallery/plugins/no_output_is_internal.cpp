// run() returns INTERNAL where the host has no memory for an output.
#include "base.h"

class gallery::Broken : public Plugin {
  mortise_status run(Session& session, const mortise_run_args_t* args, mortise_error_t* error) override {
    const mortise_status status = Plugin::run(session, args, error);
    const bool unallocated = sdk::RunArgs(args).output(0).unallocated();
    return status == MORTISE_RESOURCE_EXHAUSTED && unallocated ? MORTISE_INTERNAL : status;
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
