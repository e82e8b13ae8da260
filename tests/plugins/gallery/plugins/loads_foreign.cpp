// load() takes a blob that begins as its own, whatever follows.
#include "cache.h"

class gallery::Broken : public CachedPlugin {
  bool accepts(std::string_view blob, const std::string& key) override {
    return blob.size() == blob_of(key).size() && blob.starts_with("gallery 1\n");
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
