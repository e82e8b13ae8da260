// submit() refuses every run and reports its end all the same.
#include "async.h"

class gallery::Broken : public AsyncPlugin {
  mortise_status submit(Session& session, uint64_t run_id, const mortise_run_args_t*, mortise_error_t* error) override {
    const mortise_status refused = sdk::report(make_error(StatusCode::kInternal, "the queue is not well"), error);
    complete(session.provider, run_id, refused, *error);
    return refused;
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
