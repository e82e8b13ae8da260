// create() says that unknown options may be known if they are given again.
#include "base.h"

class gallery::Broken : public Plugin {
  mortise_status create(const mortise_host_t* host, std::string_view id, const char* options,
                        const mortise_provider_t** provider, mortise_error_t* error) override {
    const mortise_status status = Plugin::create(host, id, options, provider, error);
    return status == MORTISE_INVALID_ARGUMENT ? status | MORTISE_TRANSIENT : status;
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
