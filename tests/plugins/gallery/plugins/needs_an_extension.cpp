// create() fails where the host keeps no log.
#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  mortise_status create(const mortise_host_t* host, std::string_view id, const char* options,
                        const mortise_provider_t** provider, mortise_error_t* error) override {
    if (host->get_extension(host, MORTISE_EXT_LOG) == nullptr) {
      return sdk::report(make_error(StatusCode::kUnavailable, "the host keeps no log"), error);
    }
    return Plugin::create(host, id, options, provider, error);
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
