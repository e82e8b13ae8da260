// The provider's id has capital letters.
#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  Broken() { self.id = "Org.Mortise.Gallery"; }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
