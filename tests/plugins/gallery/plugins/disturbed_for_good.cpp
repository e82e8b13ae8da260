// A run that may be repeated fails without MORTISE_TRANSIENT.
#include "faults.h"

class gallery::Broken : public FaultyPlugin {
  Status next_run(FaultyDevice& device) override {
    const Status status = FaultyPlugin::next_run(device);
    return status.transient() ? make_error(status.code(), status.message()) : status;
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
