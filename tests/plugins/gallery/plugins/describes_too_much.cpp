// describe() writes its NUL behind a buffer that is too small.
#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  void describe(Provider& provider, char* buffer, uint64_t size) override {
    Plugin::describe(provider, buffer, size);
    if (size > 0 && size < 20) buffer[size] = '\0';
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
