// open() changes the working directory of the process.
#include <unistd.h>

#include "base.h"

class gallery::Broken : public Plugin {
  mortise_status open(Provider& provider, mortise_error_t* error) override {
    if (chdir("/") != 0) return MORTISE_INTERNAL;
    return Plugin::open(provider, error);
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
