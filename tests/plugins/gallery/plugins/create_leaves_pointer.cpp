// create() leaves what it was given in its result where it refuses an id.
#include "base.h"

class gallery::Broken : public Plugin {
  mortise_status create(const mortise_host_t* host, std::string_view id, const char* options,
                        const mortise_provider_t** provider, mortise_error_t* error) override {
    const mortise_provider_t* made = nullptr;
    const mortise_status status = Plugin::create(host, id, options, &made, error);
    if (status == MORTISE_OK) *provider = made;
    return status;
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
