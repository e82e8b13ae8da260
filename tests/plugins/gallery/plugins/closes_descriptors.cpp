// Closes all descriptors of the process where it is asked for a factory that it does not have.
#include <unistd.h>

#include "base.h"

class gallery::Broken : public Plugin {
  void no_such_factory() override { closefrom(0); }
};

MORTISE_GALLERY_PLUGIN(Broken);
