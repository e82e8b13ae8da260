// Prints to the standard output where it is asked for a factory that it does not have.
#include <cstdio>

#include "base.h"

class gallery::Broken : public Plugin {
  void no_such_factory() override { std::puts("no such factory"); }
};

MORTISE_GALLERY_PLUGIN(Broken);
