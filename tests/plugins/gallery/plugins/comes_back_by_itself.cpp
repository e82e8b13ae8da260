// The device is there again after the run in which it was lost.
#include "faults.h"

namespace {

using namespace gallery;

class Broken : public FaultyPlugin {
 public:
  Status check_there(FaultyDevice&) override { return {}; }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
