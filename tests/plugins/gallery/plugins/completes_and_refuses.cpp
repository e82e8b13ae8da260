// submit() refuses a run and reports its end all the same.
#include "async.h"

namespace {

using namespace gallery;

class Broken : public AsyncPlugin {
 public:
  mortise_status submit(Session& session, uint64_t run_id, const mortise_run_args_t* args,
                        mortise_error_t* error) override {
    const mortise_status status = AsyncPlugin::submit(session, run_id, args, error);
    if (status != MORTISE_OK) return status;
    return sdk::report(make_error(StatusCode::kInternal, "the queue is not well"), error);
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
