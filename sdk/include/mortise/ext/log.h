// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "../host.h"

// Log
//
// Lets a provider write to the application's log instead of a stream of its own. Providers never print.

MORTISE_CONSTANT char MORTISE_EXT_LOG[] = "mortise.log/1";

enum {
  MORTISE_LOG_DEBUG = 0,
  MORTISE_LOG_INFO = 1,
  MORTISE_LOG_WARNING = 2,
  MORTISE_LOG_ERROR = 3,
  // A broken promise, found by the other side.
  MORTISE_LOG_HOST_MISBEHAVING = 4,
  MORTISE_LOG_PROVIDER_MISBEHAVING = 5,
};

typedef struct mortise_host_log {
  // message: one line, UTF-8, NUL-terminated, copied.
  // [thread-safe]
  void(MORTISE_ABI* log)(const mortise_host_t* host, uint32_t severity, const char* message);

  // The lowest severity that is kept; a provider need not format what lies below it.
  // [thread-safe]
  uint32_t(MORTISE_ABI* min_severity)(const mortise_host_t* host);
} mortise_host_log_t;
