// The provider's name is not UTF-8.
#include "base.h"

class gallery::Broken : public Plugin {
 public:
  Broken() { self.name = "Gall\xe9ry"; }
};

MORTISE_GALLERY_PLUGIN(Broken);
