// open() after close() fails.
#include "base.h"

class gallery::Broken : public Plugin {
  mortise_status open(Provider& provider, mortise_error_t* error) override {
    if (provider.note++ == 0) return Plugin::open(provider, error);
    return sdk::report(make_error(StatusCode::kFailedPrecondition, "it was open before"), error);
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
