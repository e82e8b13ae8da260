// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "../provider.h"

// Async run
//
// Lets the host submit a run and go on; the provider calls back when the outputs are ready. A provider without this
// extension is driven through run() on a worker, so implementing it is purely an optimisation.
//
// Story: host calls submit() -> provider returns at once -> later, from any thread, possibly before submit() has
// returned, provider calls completed(run_id). The host destroys no session with a pending run.

MORTISE_CONSTANT char MORTISE_EXT_ASYNC_RUN[] = "mortise.async-run/1";

typedef struct mortise_provider_async_run {
  // Queues one run. `args`, everything it points to, and the tensors' memory stay valid until completed() returns.
  // Anything but MORTISE_OK: nothing was queued and completed() is not called; MORTISE_RESOURCE_EXHAUSTED with
  // MORTISE_TRANSIENT if the queue is full.
  // [worker & compiled]
  mortise_status(MORTISE_ABI* submit)(const mortise_session_t* session, uint64_t run_id, const mortise_run_args_t* args,
                                      mortise_error_t* error);
} mortise_provider_async_run_t;

typedef struct mortise_host_async_run {
  // Reports the end of a run, exactly once. status and error: as run() would have returned them; error may be null.
  // [thread-safe]
  void(MORTISE_ABI* completed)(const mortise_host_t* host, uint64_t run_id, mortise_status status,
                               const mortise_error_t* error);
} mortise_host_async_run_t;
