// open() changes the mask of the process for new files.
#include <sys/stat.h>

#include "base.h"

class gallery::Broken : public Plugin {
  mortise_status open(Provider& provider, mortise_error_t* error) override {
    umask(0);
    return Plugin::open(provider, error);
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
