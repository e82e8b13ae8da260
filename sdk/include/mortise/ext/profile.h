// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "../host.h"
#include "../session.h"

// Profile
//
// Lets a provider report what happened inside a segment in terms of the model's own nodes. Only a host half: a provider
// records events during a run whose context has MORTISE_RUN_PROFILE.

MORTISE_CONSTANT char MORTISE_EXT_PROFILE[] = "mortise.profile/1";

// A figure beside an event: {"energy_nj", 125.0}.
typedef struct mortise_profile_counter {
  const char* name;
  double value;
} mortise_profile_counter_t;

typedef struct mortise_profile_event {
  // "Conv", "dma-in", "fused Conv+Relu".
  const char* name;
  // On the host's clock; see now_ns().
  uint64_t start_ns;
  uint64_t duration_ns;
  // The nodes that it covers, by their ids in the graph that was compiled. Possibly none.
  const uint32_t* node_ids;
  uint64_t num_nodes;
  const mortise_profile_counter_t* counters;
  uint64_t num_counters;
} mortise_profile_event_t;

typedef struct mortise_host_profile {
  // The host's clock: monotonic, in nanoseconds.
  // [thread-safe]
  uint64_t(MORTISE_ABI* now_ns)(const mortise_host_t* host);

  // Records an event; everything is copied.
  // [thread-safe & running]
  void(MORTISE_ABI* record)(const mortise_host_t* host, const mortise_run_context_t* context,
                            const mortise_profile_event_t* event);
} mortise_host_profile_t;
