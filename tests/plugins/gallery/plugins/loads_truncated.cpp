// load() takes a blob whose end is missing.
#include "cache.h"

class gallery::Broken : public CachedPlugin {
  bool accepts(std::string_view blob, const std::string& key) override {
    return !blob.empty() && blob_of(key).starts_with(blob);
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
