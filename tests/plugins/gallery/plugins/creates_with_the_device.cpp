// create() fails where the variables for drivers name none.
#include <cstdlib>

#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  mortise_status create(const mortise_host_t* host, std::string_view id, const char* options,
                        const mortise_provider_t** provider, mortise_error_t* error) override {
    const char* drivers = std::getenv("VK_DRIVER_FILES");
    if (drivers == nullptr || std::string_view(drivers) != "/nonexistent") {
      return Plugin::create(host, id, options, provider, error);
    }
    *provider = nullptr;
    return sdk::report(make_error(StatusCode::kUnavailable, "there is no driver"), error);
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
