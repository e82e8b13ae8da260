// After one run that failed all runs fail.
#include "faults.h"

class gallery::Broken : public FaultyPlugin {
  Status next_run(FaultyDevice& device) override {
    Status status = FaultyPlugin::next_run(device);
    if (status.code() == StatusCode::kInternal) device.fail_run_at = device.runs + 1;
    return status;
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
