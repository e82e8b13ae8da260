// load() takes an empty blob.
#include "cache.h"

class gallery::Broken : public CachedPlugin {
  bool accepts(std::string_view blob, const std::string& key) override {
    return blob.empty() || CachedPlugin::accepts(blob, key);
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
