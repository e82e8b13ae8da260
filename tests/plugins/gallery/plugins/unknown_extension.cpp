// get_extension() answers ids that it does not know.
#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  const void* get_extension(Provider& provider, std::string_view id) override {
    return id.starts_with("mortise.") && id.ends_with("/1") ? nullptr : &provider;
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
