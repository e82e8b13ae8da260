// The end of a submitted run that was cancelled is not reported.
#include "async.h"

class gallery::Broken : public AsyncPlugin {
  void complete(const Provider& provider, uint64_t run_id, mortise_status status,
                const mortise_error_t& error) override {
    if (status != MORTISE_CANCELLED) AsyncPlugin::complete(provider, run_id, status, error);
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
