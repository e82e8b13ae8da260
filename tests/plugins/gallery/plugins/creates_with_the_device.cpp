// create() fails where the variables for drivers name none.
#include "base.h"

class gallery::Broken : public Plugin {
  Result<std::unique_ptr<Provider>> make_provider(const mortise_host_t* host, const std::string& options) override {
    if (is_without_device()) return make_error(StatusCode::kUnavailable, "there is no driver");
    return Plugin::make_provider(host, options);
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
