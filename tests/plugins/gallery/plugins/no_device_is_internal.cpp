// open() returns INTERNAL where the variables for drivers name none.
#include <cstdlib>

#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  mortise_status open(Provider& provider, mortise_error_t* error) override {
    const char* drivers = std::getenv("VK_DRIVER_FILES");
    if (drivers == nullptr || std::string_view(drivers) != "/nonexistent") return Plugin::open(provider, error);
    return sdk::report(make_error(StatusCode::kInternal, "there is no driver"), error);
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
