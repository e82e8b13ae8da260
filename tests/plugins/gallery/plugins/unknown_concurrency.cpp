// The descriptor's concurrency is none that the headers define.
#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  Broken() { self.concurrency = 9; }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
