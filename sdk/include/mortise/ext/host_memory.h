// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "../host.h"

// Host memory
//
// Lends memory out of the session's budget, whose limit the integrator sets ("session.memory_limit_mib"). For a
// provider that computes in host memory: what it takes for its temporaries here counts, and is refused with a sentence
// before the machine runs out. A provider allocates for itself where the host lacks this.

MORTISE_CONSTANT char MORTISE_EXT_HOST_MEMORY[] = "mortise.host-memory/1";

typedef struct mortise_host_memory {
  // Gives `size` bytes, aligned to 64 and not initialised, until release(). Returns MORTISE_RESOURCE_EXHAUSTED where
  // they are over the limit or not to be had; the provider's run then fails with the same status.
  // [thread-safe]
  mortise_status(MORTISE_ABI* allocate)(const mortise_host_t* host, uint64_t size, void** data, mortise_error_t* error);

  // Takes back what allocate() gave, with the size it was asked for. At the latest in the provider's destroy().
  // [thread-safe]
  void(MORTISE_ABI* release)(const mortise_host_t* host, void* data, uint64_t size);
} mortise_host_memory_t;
