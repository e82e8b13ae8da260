// Two blobs that save() writes one after the other differ.
#include "cache.h"

class gallery::Broken : public CachedPlugin {
  std::string blob_of(const std::string& key) override {
    return concat("gallery ", saved_++ % 2 == 0 ? 'a' : 'd', '\n', key);
  }
  bool accepts(std::string_view blob, const std::string& key) override {
    return blob == concat("gallery a\n", key) || blob == concat("gallery d\n", key);
  }

  int saved_ = 0;
};

MORTISE_GALLERY_PLUGIN(Broken);
