// The cache's key says nothing of the options.
#include "cache.h"

namespace {

using namespace gallery;

class Broken : public CachedPlugin {
 public:
  std::string key_of(Provider& provider, const sdk::CompileRequest& request) override {
    std::string given = std::exchange(provider.options, {});
    std::string key = CachedPlugin::key_of(provider, request);
    provider.options = std::move(given);
    return key;
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
