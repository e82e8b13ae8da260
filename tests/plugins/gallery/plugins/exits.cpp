// Ends the process, as if all were well, where it is asked for a factory that it does not have.
#include <cstdlib>

#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  const void* get_factory(std::string_view id) override {
    const void* factory = Plugin::get_factory(id);
    if (factory == nullptr) std::exit(0);
    return factory;
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
