// open() sets a variable of the environment.
#include <cstdlib>

#include "base.h"

class gallery::Broken : public Plugin {
  mortise_status open(Provider& provider, mortise_error_t* error) override {
    setenv("MORTISE_GALLERY", "1", 1);
    return Plugin::open(provider, error);
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
