// While the device takes its time nobody looks whether the run is cancelled.
#include <thread>

#include "faults.h"

namespace {

using namespace gallery;

class Broken : public FaultyPlugin {
 public:
  Status take_time(FaultyDevice& device, const sdk::RunArgs&) override {
    std::this_thread::sleep_for(device.delay);
    return {};
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
