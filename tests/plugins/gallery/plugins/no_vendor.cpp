// The descriptor says no vendor.
#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  Broken() { self.vendor = nullptr; }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
