// create() fails on a host of a newer version than the headers that it was built with.
#include "base.h"

class gallery::Broken : public Plugin {
  Result<std::unique_ptr<Provider>> make_provider(const mortise_host_t* host, const std::string& options) override {
    if (host->abi_version.minor <= MORTISE_VERSION_MINOR) return Plugin::make_provider(host, options);
    return make_error(StatusCode::kFailedPrecondition, "the host is too new");
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
