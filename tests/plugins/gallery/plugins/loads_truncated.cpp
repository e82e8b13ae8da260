// load() takes a blob whose end is missing.
#include "cache.h"

namespace {

using namespace gallery;

class Broken : public CachedPlugin {
 public:
  bool accepts(std::string_view blob, const std::string& key) override {
    return !blob.empty() && blob_of(key).starts_with(blob);
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
