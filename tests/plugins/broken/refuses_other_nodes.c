/* compile() refuses a node that it was not asked to compile. */
#include <mortise/mortise.h>

static mortise_status refuse(const mortise_provider_t* self, const mortise_compile_request_t* request,
                             const mortise_session_t** session, mortise_error_t* error) {
  (void)self, (void)session, (void)error;
  request->refuse(request, 1000000, MORTISE_REFUSAL_OP, "not this one");
  return MORTISE_UNIMPLEMENTED;
}

#define BROKEN_COMPILE refuse
#define BROKEN_RUN 0
#include "claims_all.h"
#include "plugin.h"
