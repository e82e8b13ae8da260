// create() takes an id that only begins with the provider's.
#include "base.h"

class gallery::Broken : public Plugin {
  mortise_status create(const mortise_host_t* host, std::string_view id, const char* options,
                        const mortise_provider_t** provider, mortise_error_t* error) override {
    return Plugin::create(host, id.substr(0, std::string_view(self.id).size()), options, provider, error);
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
