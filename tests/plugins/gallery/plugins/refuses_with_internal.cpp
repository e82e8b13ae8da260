// compile() refuses nodes that it does not run, and returns INTERNAL.
#include "base.h"

class gallery::Broken : public Plugin {
  mortise_status compile(Provider& provider, const mortise_compile_request_t* request,
                         const mortise_session_t** session, mortise_error_t* error) override {
    const mortise_status status = Plugin::compile(provider, request, session, error);
    return status == MORTISE_UNIMPLEMENTED ? MORTISE_INTERNAL : status;
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
