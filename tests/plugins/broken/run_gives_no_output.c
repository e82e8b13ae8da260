/* run() reports success without having asked for memory for its output. */
#include <mortise/mortise.h>

static mortise_status run(const mortise_session_t* session, const mortise_run_args_t* args, mortise_error_t* error) {
  (void)session, (void)args, (void)error;
  return MORTISE_OK;
}

#define BROKEN_RUN run
#include "claims_all.h"
#include "plugin.h"
