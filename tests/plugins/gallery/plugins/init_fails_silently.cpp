// init() fails without a sentence where it is told a path at which there is no file.
#include <unistd.h>

#include "base.h"

class gallery::Broken : public Plugin {
  mortise_status init(const char* path, mortise_error_t*) override {
    return access(path, R_OK) == 0 ? MORTISE_OK : MORTISE_NOT_FOUND;
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
