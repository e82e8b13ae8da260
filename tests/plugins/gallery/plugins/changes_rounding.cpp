// open() changes how the thread rounds, and leaves it so.
#include <cfenv>

#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  mortise_status open(Provider& provider, mortise_error_t* error) override {
    std::fesetround(FE_TOWARDZERO);
    return Plugin::open(provider, error);
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
