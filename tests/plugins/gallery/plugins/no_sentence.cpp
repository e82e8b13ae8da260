// create() refuses unknown ids without a sentence.
#include "base.h"

class gallery::Broken : public Plugin {
  mortise_status create(const mortise_host_t* host, std::string_view id, const char* options,
                        const mortise_provider_t** provider, mortise_error_t* error) override {
    const bool known = id == self.id;
    return Plugin::create(host, id, options, provider, known ? error : nullptr);
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
