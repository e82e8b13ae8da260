// The reserved field of the descriptor holds a number.
#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  Broken() { self.reserved = 7; }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
