// A run that may be repeated fails without MORTISE_TRANSIENT.
#include "faults.h"

namespace {

using namespace gallery;

class Broken : public FaultyPlugin {
 public:
  Status next_run(FaultyDevice& device) override {
    const Status status = FaultyPlugin::next_run(device);
    return status.transient() ? make_error(status.code(), status.message()) : status;
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
