// create() fills the whole message where it knows no such id, without a NUL.
#include <cstring>

#include "base.h"

class gallery::Broken : public Plugin {
  mortise_status create(const mortise_host_t* host, std::string_view id, const char* options,
                        const mortise_provider_t** provider, mortise_error_t* error) override {
    const mortise_status status = Plugin::create(host, id, options, provider, error);
    if (status == MORTISE_NOT_FOUND && error != nullptr) std::memset(error->message, '!', MORTISE_MESSAGE_SIZE);
    return status;
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
