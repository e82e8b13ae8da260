/* run() fails with a message that has no end. */
#include <mortise/mortise.h>
#include <string.h>

static mortise_status run(const mortise_session_t* session, const mortise_run_args_t* args, mortise_error_t* error) {
  (void)session, (void)args;
  memset(error, 'x', sizeof *error);
  return MORTISE_INTERNAL;
}

#define BROKEN_RUN run
#include "claims_all.h"
#include "plugin.h"
