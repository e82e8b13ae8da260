// describe() writes its NUL behind a buffer that is too small.
#include "base.h"

class gallery::Broken : public Plugin {
  void describe(Provider& provider, char* buffer, uint64_t size) override {
    Plugin::describe(provider, buffer, size);
    if (size > 0 && size < 20) buffer[size] = '\0';
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
