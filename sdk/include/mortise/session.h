// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "graph.h"

// Session
//
// A compiled segment: some nodes of one graph that one provider runs as a whole. Created by the provider's compile(),
// owned by the provider, released by destroy().

// What the host lends to one run. Valid during run(), or from submit() until completed() returns.
typedef struct mortise_run_context {
  // Belongs to the host.
  void* host_data;

  // Provides memory for output `index`, whose shape the host did not know; fills `tensor`, which is then written like
  // any other output. Also allowed, once per output, for an output that the host had preallocated with another shape:
  // then that shape was inferred wrongly, and the host takes this one. dims: `rank` extents, copied. Returns
  // MORTISE_RESOURCE_EXHAUSTED if there is no memory for it, MORTISE_INVALID_ARGUMENT for a negative extent or a bad
  // index.
  // [thread-safe & running]
  mortise_status(MORTISE_ABI* allocate_output)(const struct mortise_run_context* context, uint64_t index,
                                               const int64_t* dims, uint32_t rank, mortise_tensor_t* tensor,
                                               mortise_error_t* error);

  // True once the run is cancelled or its deadline has passed; the provider then returns MORTISE_CANCELLED soon (within
  // some milliseconds where the device allows it). What it has written until then does not matter.
  // [thread-safe & running]
  bool(MORTISE_ABI* is_cancelled)(const struct mortise_run_context* context);

  // MORTISE_RUN_*
  uint32_t flags;
  uint32_t reserved;
} mortise_run_context_t;

enum {
  // The host records a profile of this run: see ext/profile.h.
  MORTISE_RUN_PROFILE = 1 << 0,
};

typedef struct mortise_run_args {
  // In the order of the compile request. Never written by the provider; constants are not among them.
  const mortise_tensor_t* inputs;
  // In the order of the compile request. The provider writes every element of every output that is not ABSENT.
  // An output never overlaps an input or another output.
  const mortise_tensor_t* outputs;
  uint64_t num_inputs;
  uint64_t num_outputs;
  const mortise_run_context_t* context;
} mortise_run_args_t;

typedef struct mortise_session {
  // Belongs to the provider.
  void* provider_data;

  // Runs the segment to its end. On anything but MORTISE_OK the outputs are undefined and the session is as before.
  // MORTISE_TRANSIENT: the host may repeat the call. MORTISE_DEVICE_LOST: the host stops using the provider.
  // MORTISE_INVALID_ARGUMENT and MORTISE_OUT_OF_RANGE: the inputs are at fault; the host asks the next provider.
  // [worker & compiled]
  mortise_status(MORTISE_ABI* run)(const struct mortise_session* session, const mortise_run_args_t* args,
                                   mortise_error_t* error);

  // Releases the session.
  // [setup & compiled & !running]
  void(MORTISE_ABI* destroy)(const struct mortise_session* session);
} mortise_session_t;
