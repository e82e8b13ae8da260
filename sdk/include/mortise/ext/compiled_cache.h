// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "../provider.h"
#include "../stream.h"

// Compiled cache
//
// Lets the host keep what compile() made, so that the next start of the application is fast.
//
// Story: host calls key() for a compile request -> a blob is stored under that key -> load() instead of compile(); or
// there is none -> compile() -> save() -> stored. A blob that does not fit is refused, and the host compiles.

MORTISE_CONSTANT char MORTISE_EXT_COMPILED_CACHE[] = "mortise.compiled-cache/1";

typedef struct mortise_provider_compiled_cache {
  // Writes a NUL-terminated key of at most `size` bytes: equal keys mean that a blob saved under one loads under the
  // other. It covers the segment (nodes, attributes, shapes, constants), the options, the plugin's version, the device.
  // [setup & opened]
  mortise_status(MORTISE_ABI* key)(const mortise_provider_t* provider, const mortise_compile_request_t* request,
                                   char* buffer, uint64_t size, mortise_error_t* error);

  // Writes the compiled session. Equal sessions give equal bytes.
  // [setup & compiled & !running]
  mortise_status(MORTISE_ABI* save)(const mortise_session_t* session, const mortise_ostream_t* stream,
                                    mortise_error_t* error);

  // Makes a session from a blob. MORTISE_DATA_LOSS for an empty, truncated, damaged or foreign blob; nothing changes
  // then.
  // [setup & opened]
  mortise_status(MORTISE_ABI* load)(const mortise_provider_t* provider, const mortise_compile_request_t* request,
                                    const mortise_istream_t* stream, const mortise_session_t** session,
                                    mortise_error_t* error);
} mortise_provider_compiled_cache_t;
