// The end of a submitted run that was cancelled is not reported.
#include "async.h"

namespace {

using namespace gallery;

class Broken : public AsyncPlugin {
 public:
  void complete(const Provider& provider, uint64_t run_id, mortise_status status,
                const mortise_error_t& error) override {
    if (status != MORTISE_CANCELLED) AsyncPlugin::complete(provider, run_id, status, error);
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
