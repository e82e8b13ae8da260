// load() takes a blob that begins as its own, whatever follows.
#include "cache.h"

namespace {

using namespace gallery;

class Broken : public CachedPlugin {
 public:
  bool accepts(std::string_view blob, const std::string& key) override {
    return blob.size() == blob_of(key).size() && blob.starts_with("gallery 1\n");
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
