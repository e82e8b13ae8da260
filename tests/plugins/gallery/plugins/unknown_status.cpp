// compile() returns, where it refuses a node, a status that does not exist.
#include "base.h"

class gallery::Broken : public Plugin {
  mortise_status compile(Provider& provider, const mortise_compile_request_t* request,
                         const mortise_session_t** session, mortise_error_t* error) override {
    const mortise_status status = Plugin::compile(provider, request, session, error);
    return status == MORTISE_UNIMPLEMENTED ? 99 : status;
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
