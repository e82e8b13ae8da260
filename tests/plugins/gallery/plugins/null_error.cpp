// create() writes to the error record even if there is none.
#include "base.h"

class gallery::Broken : public Plugin {
  mortise_status create(const mortise_host_t* host, std::string_view id, const char* options,
                        const mortise_provider_t** provider, mortise_error_t* error) override {
    const mortise_status status = Plugin::create(host, id, options, provider, error);
    if (status == MORTISE_INVALID_ARGUMENT) error->message[MORTISE_MESSAGE_SIZE - 1] = '\0';
    return status;
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
