// open() changes the mask of the process for new files.
#include <sys/stat.h>

#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  mortise_status open(Provider& provider, mortise_error_t* error) override {
    umask(0);
    return Plugin::open(provider, error);
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
