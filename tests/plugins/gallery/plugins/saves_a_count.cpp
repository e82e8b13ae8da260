// The blob that save() writes is another each time.
#include "cache.h"

namespace {

using namespace gallery;

class Broken : public CachedPlugin {
 public:
  std::string blob_of(const std::string& key) override { return concat("gallery ", ++saved_, '\n', key); }
  bool accepts(std::string_view blob, const std::string& key) override { return blob.ends_with('\n' + key); }

 private:
  int saved_ = 0;
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
