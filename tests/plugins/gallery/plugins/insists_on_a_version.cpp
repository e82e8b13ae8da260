// create() fails on a host of a newer version than the headers that it was built with.
#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  mortise_status create(const mortise_host_t* host, std::string_view id, const char* options,
                        const mortise_provider_t** provider, mortise_error_t* error) override {
    if (host->abi_version.minor <= MORTISE_VERSION_MINOR) return Plugin::create(host, id, options, provider, error);
    *provider = nullptr;
    return sdk::report(make_error(StatusCode::kFailedPrecondition, "the host is too new"), error);
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
