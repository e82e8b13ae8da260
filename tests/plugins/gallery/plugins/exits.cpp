// Ends the process, as if all were well, where it is asked for a factory that it does not have.
#include <cstdlib>

#include "base.h"

class gallery::Broken : public Plugin {
  void no_such_factory() override { std::exit(0); }
};

MORTISE_GALLERY_PLUGIN(Broken);
