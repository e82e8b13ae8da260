// The cache's key is the same for every segment.
#include <algorithm>

#include "cache.h"

class gallery::Broken : public CachedPlugin {
  mortise_status key(Provider&, const mortise_compile_request_t*, char* buffer, uint64_t size,
                     mortise_error_t* error) override {
    if (size < 4) return sdk::report(invalid_argument("a key has 4 bytes"), error);
    std::copy_n("one", 4, buffer);
    return MORTISE_OK;
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
