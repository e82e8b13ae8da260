// The descriptor's concurrency is none that the headers define.
#include "base.h"

class gallery::Broken : public Plugin {
 public:
  Broken() { self.concurrency = 9; }
};

MORTISE_GALLERY_PLUGIN(Broken);
