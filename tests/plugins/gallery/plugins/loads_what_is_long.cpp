// load() takes any blob of more than 100 bytes.
#include "cache.h"

class gallery::Broken : public CachedPlugin {
  bool accepts(std::string_view blob, const std::string& key) override {
    return blob.size() > 100 || CachedPlugin::accepts(blob, key);
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
