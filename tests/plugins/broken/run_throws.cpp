/* run() throws what is no exception. */
#include <mortise/mortise.h>

static mortise_status run(const mortise_session_t*, const mortise_run_args_t*, mortise_error_t*) { throw 42; }

#define BROKEN_RUN run
#include "claims_all.h"
#include "plugin.h"
