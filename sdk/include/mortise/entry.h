// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "status.h"
#include "version.h"

// Entry point
//
// A plugin is a shared library that exports exactly one symbol, the constant `mortise_entry`. Everything else is
// reached through it, and every other symbol should be hidden.
//
// Story: the host loads the library -> checks abi_version -> init() -> get_factory(MORTISE_FACTORY_PROVIDER) -> works
// with providers -> destroys every object it created -> deinit() -> unloads the library.

typedef struct mortise_plugin_entry {
  // The version of the headers that the plugin was built with: MORTISE_VERSION_INIT.
  mortise_version_t abi_version;

  // Prepares the library. Called once before anything else. Fast: no device is touched, no thread started. When it
  // fails, nothing else of the library is called, and `error` says why. plugin_path: absolute path of the library,
  // UTF-8, valid during the call.
  // [setup]
  mortise_status(MORTISE_ABI* init)(const char* plugin_path, mortise_error_t* error);

  // Undoes init(). No object of the plugin exists any more, no thread of the plugin runs when it returns.
  // [setup]
  void(MORTISE_ABI* deinit)(void);

  // Returns the factory with this id, or null if there is none. The pointer is valid until deinit().
  // [thread-safe]
  const void*(MORTISE_ABI* get_factory)(const char* factory_id);
} mortise_plugin_entry_t;

#ifdef __cplusplus
extern "C" {
#endif

extern MORTISE_EXPORT const mortise_plugin_entry_t mortise_entry;

#ifdef __cplusplus
}
#endif
