// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "../host.h"

// Thread check
//
// Tells a provider what the current thread is doing for it, so that it can check the tags of threading.h. The C++
// wrapper does in builds with assertions.

MORTISE_CONSTANT char MORTISE_EXT_THREAD_CHECK[] = "mortise.thread-check/1";

typedef struct mortise_host_thread_check {
  // True while the host is inside a [setup] call on this thread.
  // [thread-safe]
  bool(MORTISE_ABI* is_setup)(const mortise_host_t* host);

  // True while the host is inside a [worker] call or a parallel_for body on this thread.
  // [thread-safe]
  bool(MORTISE_ABI* is_worker)(const mortise_host_t* host);
} mortise_host_thread_check_t;
