/* run() asks for outputs that do not exist or cannot be, and says that all went well. */
#include <mortise/mortise.h>
#include <stdlib.h>

static mortise_status run(const mortise_session_t* session, const mortise_run_args_t* args, mortise_error_t* error) {
  (void)session;
  const int64_t negative = -1, some = 4;
  mortise_tensor_t tensor;
  const mortise_run_context_t* context = args->context;
  if (context->allocate_output(context, 99, &some, 1, &tensor, error) == MORTISE_OK) abort();
  if (context->allocate_output(context, UINT64_MAX, &some, 1, &tensor, error) == MORTISE_OK) abort();
  if (context->allocate_output(context, 0, &negative, 1, &tensor, error) == MORTISE_OK) abort();
  if (context->allocate_output(context, 0, NULL, 3, &tensor, error) == MORTISE_OK) abort();
  if (context->allocate_output(context, 0, &some, 1, NULL, error) == MORTISE_OK) abort();
  return MORTISE_OK;
}

#define BROKEN_RUN run
#include "claims_all.h"
#include "plugin.h"
