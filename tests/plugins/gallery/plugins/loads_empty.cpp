// load() takes an empty blob.
#include "cache.h"

namespace {

using namespace gallery;

class Broken : public CachedPlugin {
 public:
  bool accepts(std::string_view blob, const std::string& key) override {
    return blob.empty() || CachedPlugin::accepts(blob, key);
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
