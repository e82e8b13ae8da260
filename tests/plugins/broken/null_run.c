/* The session has no run(). */
#include <mortise/mortise.h>

static void destroy_session(const mortise_session_t* session) { (void)session; }
static const mortise_session_t empty = {.provider_data = NULL, .run = NULL, .destroy = destroy_session};
static mortise_status compile(const mortise_provider_t* self, const mortise_compile_request_t* request,
                              const mortise_session_t** session, mortise_error_t* error) {
  (void)self, (void)request, (void)error;
  *session = &empty;
  return MORTISE_OK;
}

#define BROKEN_COMPILE compile
#include "plugin.h"
