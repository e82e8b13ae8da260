// open() returns INTERNAL where the variables for drivers name none.
#include "base.h"

class gallery::Broken : public Plugin {
  mortise_status open(Provider& provider, mortise_error_t* error) override {
    if (!is_without_device()) return Plugin::open(provider, error);
    return sdk::report(make_error(StatusCode::kInternal, "there is no driver"), error);
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
