// The provider's id has capital letters.
#include "base.h"

class gallery::Broken : public Plugin {
 public:
  Broken() { self.id = "Org.Mortise.Gallery"; }
};

MORTISE_GALLERY_PLUGIN(Broken);
