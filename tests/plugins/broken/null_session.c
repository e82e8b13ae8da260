/* compile() reports success without a session. */
#include <mortise/mortise.h>

static mortise_status compile(const mortise_provider_t* self, const mortise_compile_request_t* request,
                              const mortise_session_t** session, mortise_error_t* error) {
  (void)self, (void)request, (void)error;
  *session = NULL;
  return MORTISE_OK;
}

#define BROKEN_COMPILE compile
#include "plugin.h"
