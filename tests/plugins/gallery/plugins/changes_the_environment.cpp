// open() sets a variable of the environment.
#include <cstdlib>

#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  mortise_status open(Provider& provider, mortise_error_t* error) override {
    setenv("MORTISE_GALLERY", "1", 1);
    return Plugin::open(provider, error);
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
