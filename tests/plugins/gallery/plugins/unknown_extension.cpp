// get_extension() answers ids that it does not know.
#include "base.h"

class gallery::Broken : public Plugin {
  const void* get_extension(Provider& provider, std::string_view id) override {
    return id.starts_with("mortise.") && id.ends_with("/1") ? nullptr : &provider;
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
