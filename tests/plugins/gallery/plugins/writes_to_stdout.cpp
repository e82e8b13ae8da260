// Prints to the standard output where it is asked for a factory that it does not have.
#include <cstdio>

#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  const void* get_factory(std::string_view id) override {
    const void* factory = Plugin::get_factory(id);
    if (factory == nullptr) std::puts("no such factory");
    return factory;
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
