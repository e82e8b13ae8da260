// While the device takes its time nobody looks whether the run is cancelled.
#include <thread>

#include "faults.h"

class gallery::Broken : public FaultyPlugin {
  Status take_time(FaultyDevice& device, const sdk::RunArgs&) override {
    std::this_thread::sleep_for(device.delay);
    return {};
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
