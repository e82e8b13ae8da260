// load() takes any blob of more than 100 bytes.
#include "cache.h"

namespace {

using namespace gallery;

class Broken : public CachedPlugin {
 public:
  bool accepts(std::string_view blob, const std::string& key) override {
    return blob.size() > 100 || CachedPlugin::accepts(blob, key);
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
