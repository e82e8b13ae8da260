// The reserved field of the descriptor holds a number.
#include "base.h"

class gallery::Broken : public Plugin {
 public:
  Broken() { self.reserved = 7; }
};

MORTISE_GALLERY_PLUGIN(Broken);
