// Throws where it is asked for a factory that it does not have.
#include <stdexcept>

#include "base.h"

class gallery::Broken : public Plugin {
  void no_such_factory() override { throw std::out_of_range("no such factory"); }
};

MORTISE_GALLERY_PLUGIN(Broken);
