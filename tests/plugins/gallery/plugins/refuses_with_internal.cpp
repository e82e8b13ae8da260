// compile() refuses nodes that it does not run, and returns INTERNAL.
#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  mortise_status compile(Provider& provider, const mortise_compile_request_t* request,
                         const mortise_session_t** session, mortise_error_t* error) override {
    const mortise_status status = Plugin::compile(provider, request, session, error);
    return status == MORTISE_UNIMPLEMENTED ? MORTISE_INTERNAL : status;
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
