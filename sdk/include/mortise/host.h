// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "status.h"
#include "version.h"

// Host
//
// What a provider may ask of the program that loaded it. Created by the host, passed to the factory's create(), valid
// until the provider's destroy() returns.

typedef struct mortise_host {
  // Belongs to the host; the provider does not touch it.
  void* host_data;
  // The version of the ABI that the host implements.
  mortise_version_t abi_version;
  // For logs: "Mortise", "0.1.0". Never null.
  const char* name;
  const char* version;

  // Returns the host half of an extension (see ext/), or null if the host does not offer it. A provider works without
  // any. The pointer is valid as long as the host; ask once in open() and keep it.
  // [thread-safe]
  const void*(MORTISE_ABI* get_extension)(const struct mortise_host* host, const char* extension_id);
} mortise_host_t;
