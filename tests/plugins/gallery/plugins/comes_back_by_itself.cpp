// The device is there again after the run in which it was lost.
#include "faults.h"

class gallery::Broken : public FaultyPlugin {
  Status check_there(FaultyDevice&) override { return {}; }
};

MORTISE_GALLERY_PLUGIN(Broken);
