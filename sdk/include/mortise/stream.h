// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "private/macros.h"
#include "private/std.h"

// Byte streams, in the manner of CLAP: owned by the caller, valid during the call they are passed to.

typedef struct mortise_istream {
  void* context;
  // Reads up to `size` bytes. Returns how many were read (possibly fewer than asked), 0 at the end, negative on error.
  // [thread the stream was passed to]
  int64_t(MORTISE_ABI* read)(const struct mortise_istream* stream, void* buffer, uint64_t size);
} mortise_istream_t;

typedef struct mortise_ostream {
  void* context;
  // Writes up to `size` bytes. Returns how many were taken (possibly fewer than given), negative on error.
  // [thread the stream was passed to]
  int64_t(MORTISE_ABI* write)(const struct mortise_ostream* stream, const void* buffer, uint64_t size);
} mortise_ostream_t;
