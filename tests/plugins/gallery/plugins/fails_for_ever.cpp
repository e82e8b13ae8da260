// After one run that failed all runs fail.
#include "faults.h"

namespace {

using namespace gallery;

class Broken : public FaultyPlugin {
 public:
  Status next_run(FaultyDevice& device) override {
    Status status = FaultyPlugin::next_run(device);
    if (status.code() == StatusCode::kInternal) device.fail_run_at = device.runs + 1;
    return status;
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
