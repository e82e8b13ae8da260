// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "../provider.h"

// Provider factory
//
// Lists the providers of a plugin and creates them. Listing works on a machine without the device: it is what an
// installer and `mortise providers` show.

MORTISE_CONSTANT char MORTISE_FACTORY_PROVIDER[] = "mortise.provider-factory/1";

typedef struct mortise_provider_factory {
  // At least 1.
  // [thread-safe]
  uint32_t(MORTISE_ABI* count)(const struct mortise_provider_factory* factory);

  // Returns the descriptor of provider `index`, or null if there is none. Static: valid until deinit().
  // [thread-safe]
  const mortise_provider_descriptor_t*(MORTISE_ABI* descriptor)(const struct mortise_provider_factory* factory,
                                                                uint32_t index);

  // Creates a provider: `*provider`, null on anything but MORTISE_OK. Touches no device: open() does.
  // host: valid until the provider's destroy() returns. provider_id: MORTISE_NOT_FOUND unless it is exactly one of the
  // ids. options_json: an object that the host has checked against the descriptor's schema and completed with its
  // defaults; a provider that is given an unknown key or a value out of range nevertheless returns
  // MORTISE_INVALID_ARGUMENT.
  // [setup]
  mortise_status(MORTISE_ABI* create)(const struct mortise_provider_factory* factory, const mortise_host_t* host,
                                      const char* provider_id, const char* options_json,
                                      const mortise_provider_t** provider, mortise_error_t* error);
} mortise_provider_factory_t;
