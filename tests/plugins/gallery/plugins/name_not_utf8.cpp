// The provider's name is not UTF-8.
#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  Broken() { self.name = "Gall\xe9ry"; }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
