// The descriptor says no vendor.
#include "base.h"

class gallery::Broken : public Plugin {
 public:
  Broken() { self.vendor = nullptr; }
};

MORTISE_GALLERY_PLUGIN(Broken);
