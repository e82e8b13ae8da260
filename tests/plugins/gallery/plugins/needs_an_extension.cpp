// create() fails where the host keeps no log.
#include "base.h"

class gallery::Broken : public Plugin {
  Result<std::unique_ptr<Provider>> make_provider(const mortise_host_t* host, const std::string& options) override {
    if (host->get_extension(host, MORTISE_EXT_LOG) != nullptr) return Plugin::make_provider(host, options);
    return make_error(StatusCode::kUnavailable, "the host keeps no log");
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
