// get_extension() has something for an opened provider, and nothing after close().
#include "cache.h"

class gallery::Broken : public CachedPlugin {
  const void* get_extension(Provider& provider, std::string_view id) override {
    return provider.opened ? CachedPlugin::get_extension(provider, id) : nullptr;
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
