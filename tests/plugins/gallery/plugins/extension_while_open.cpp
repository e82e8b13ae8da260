// get_extension() has something for an opened provider, and nothing after close().
#include "cache.h"

namespace {

using namespace gallery;

class Broken : public CachedPlugin {
 public:
  const void* get_extension(Provider& provider, std::string_view id) override {
    return provider.opened ? CachedPlugin::get_extension(provider, id) : nullptr;
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
