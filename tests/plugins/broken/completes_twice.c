/* Every run is completed twice, and one that never was. */
#include "async.h"

static mortise_status submit(const mortise_session_t* session, uint64_t run_id, const mortise_run_args_t* args,
                             mortise_error_t* error) {
  (void)session, (void)error;
  negate(args);
  complete(run_id + 12345);
  complete(run_id);
  complete(run_id);
  return MORTISE_OK;
}
