// Two blobs that save() writes one after the other differ.
#include "cache.h"

namespace {

using namespace gallery;

class Broken : public CachedPlugin {
 public:
  std::string blob_of(const std::string& key) override {
    return concat("gallery ", saved_++ % 2 == 0 ? 'a' : 'd', '\n', key);
  }
  bool accepts(std::string_view blob, const std::string& key) override {
    return blob == concat("gallery a\n", key) || blob == concat("gallery d\n", key);
  }

 private:
  int saved_ = 0;
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
