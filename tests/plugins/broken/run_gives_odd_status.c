/* run() returns a status that does not exist and leaves its error record as it found it. */
#include <mortise/mortise.h>

static mortise_status run(const mortise_session_t* session, const mortise_run_args_t* args, mortise_error_t* error) {
  (void)session, (void)args, (void)error;
  return 77;
}

#define BROKEN_RUN run
#include "claims_all.h"
#include "plugin.h"
