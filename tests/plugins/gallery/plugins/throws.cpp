// Throws where it is asked for a factory that it does not have.
#include <stdexcept>

#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  const void* get_factory(std::string_view id) override {
    const void* factory = Plugin::get_factory(id);
    if (factory == nullptr) throw std::out_of_range("no such factory");
    return factory;
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
