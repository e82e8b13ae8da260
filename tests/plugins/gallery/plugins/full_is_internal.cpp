// A run that does not fit the device returns INTERNAL.
#include "faults.h"

class gallery::Broken : public FaultyPlugin {
  Status find_room(FaultyDevice& device, const sdk::RunArgs& args) override {
    const Status status = FaultyPlugin::find_room(device, args);
    return status.ok() ? status : make_error(StatusCode::kInternal, status.message());
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
