// compile() leaves a session where it refuses a node.
#include "base.h"

class gallery::Broken : public Plugin {
  mortise_status compile(Provider& provider, const mortise_compile_request_t* request,
                         const mortise_session_t** session, mortise_error_t* error) override {
    static const mortise_session_t kNone{};
    const mortise_status status = Plugin::compile(provider, request, session, error);
    if (status == MORTISE_UNIMPLEMENTED) *session = &kNone;
    return status;
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
