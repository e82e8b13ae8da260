// compile() leaves a session where it refuses a node.
#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  mortise_status compile(Provider& provider, const mortise_compile_request_t* request,
                         const mortise_session_t** session, mortise_error_t* error) override {
    static const mortise_session_t kNone{};
    const mortise_status status = Plugin::compile(provider, request, session, error);
    if (status == MORTISE_UNIMPLEMENTED) *session = &kNone;
    return status;
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
