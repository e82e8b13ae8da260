// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "dtype.h"

// Tensors as they cross the boundary
//
// A mortise_tensor_t is a view: it never owns its memory. Elements are dense, row-major, in the machine's byte order.
// Host memory handed to a provider is aligned to 64 bytes for run inputs and outputs; constants, which may be mapped
// from a file, are aligned to their element size, 8 bytes at most.
//
// A value that is no dense tensor (a sequence, an optional, a map, a sparse tensor) crosses as a tensor whose `dtype`
// is MORTISE_DTYPE_UNDEFINED and whose `data` is a `const mortise_value_t *`; see ext/values.h. The host passes
// such values, and string tensors as outputs, only to providers with that extension.

// The kind of memory that `data` means. Numbers above 0 are the provider's own; see ext/device_memory.h.
enum { MORTISE_MEMORY_HOST = 0 };

typedef struct mortise_tensor {
  // Host address, or the provider's own handle when `memory_kind` is not MORTISE_MEMORY_HOST.
  // Null for a tensor of zero bytes, an optional input left out, or an output that is not allocated yet.
  void* data;
  // Where the tensor begins behind `data`, in bytes. Always 0 in host memory.
  uint64_t byte_offset;
  // Bytes that the elements occupy.
  uint64_t size_bytes;
  // `rank` extents. Null only when rank is 0 or the tensor is absent or not allocated yet.
  const int64_t* dims;
  uint32_t rank;
  mortise_dtype dtype;
  uint32_t memory_kind;
  uint32_t flags;
} mortise_tensor_t;

enum {
  // An optional input that the model leaves out, or an output that nobody reads: `data` is null.
  MORTISE_TENSOR_ABSENT = 1 << 0,
  // An output whose shape the host does not know: the provider calls allocate_output() before it writes.
  MORTISE_TENSOR_UNALLOCATED = 1 << 1,
};
