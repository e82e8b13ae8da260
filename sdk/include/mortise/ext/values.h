// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "../host.h"
#include "../session.h"

// Values
//
// For a provider that runs operators on values that are no dense numeric tensors: sequences, optionals, maps, sparse
// tensors, and string tensors as outputs. Such a value crosses the boundary as an opaque mortise_value_t that belongs
// to the host.
//
// Reading: an input with dtype UNDEFINED has a `const mortise_value_t *` in `data`. A string tensor as input is an
// ordinary tensor of mortise_string_t.
// Writing: the provider makes values with the create functions, which belong to the run and vanish with it unless they
// become part of an output through set_output(). Parts are shared, not copied; a value that became part of another or
// of an output is not changed any more.

MORTISE_CONSTANT char MORTISE_EXT_VALUES[] = "mortise.values/1";

typedef struct mortise_value mortise_value_t;

// The provider half says only that the provider understands such values.
typedef struct mortise_provider_values {
  // MORTISE_TYPE_* bits (1 << kind) that it understands, strings as 1 << MORTISE_TYPE_TENSOR.
  uint32_t kinds;
  uint32_t reserved;
} mortise_provider_values_t;

typedef struct mortise_host_values {
  // MORTISE_TYPE_* of a value.
  // [thread-safe & running]
  uint32_t(MORTISE_ABI* kind)(const mortise_value_t* value);
  // The tensor of a value of kind TENSOR. Returns false for another kind.
  // [thread-safe & running]
  bool(MORTISE_ABI* get_tensor)(const mortise_value_t* value, mortise_tensor_t* tensor);
  // Elements: of a sequence its length, of an optional 0 or 1, of a map 2 (keys, then values, each a tensor or a
  // sequence), of a sparse tensor 3 (values, indices, dims as tensors). 0 for a tensor.
  // [thread-safe & running]
  uint64_t(MORTISE_ABI* num_elements)(const mortise_value_t* value);
  // Null if there is no such element.
  // [thread-safe & running]
  const mortise_value_t*(MORTISE_ABI* get_element)(const mortise_value_t* value, uint64_t index);

  // Makes a tensor; its memory is written through `tensor`. Strings start empty and are set with set_strings().
  // [thread-safe & running]
  mortise_status(MORTISE_ABI* create_tensor)(const mortise_run_context_t* context, mortise_dtype dtype,
                                             const int64_t* dims, uint32_t rank, mortise_value_t** value,
                                             mortise_tensor_t* tensor, mortise_error_t* error);
  // Copies strings into a string tensor, from element `first` on. Better many at a time: what was set before stays in
  // memory as long as the tensor. RESOURCE_EXHAUSTED where the session's memory limit is passed, here and below.
  // [thread-safe & running]
  mortise_status(MORTISE_ABI* set_strings)(mortise_value_t* value, uint64_t first, const mortise_string_t* strings,
                                           uint64_t count, mortise_error_t* error);
  // Makes a value of another kind from its elements. type: the whole type, needed where there are no elements.
  // [thread-safe & running]
  mortise_status(MORTISE_ABI* create)(const mortise_run_context_t* context, const mortise_type_t* type,
                                      const mortise_value_t* const* elements, uint64_t count, mortise_value_t** value,
                                      mortise_error_t* error);
  // Makes a sequence from another one of tensors: its elements [first, first + removed) give way to `elements`, which are
  // tensors. What stays is shared, however long it is. OUT_OF_RANGE where it has no such elements, or would have more
  // than 2^20, as in create().
  // [thread-safe & running]
  mortise_status(MORTISE_ABI* splice)(const mortise_run_context_t* context, const mortise_value_t* sequence,
                                      uint64_t first, uint64_t removed, const mortise_value_t* const* elements,
                                      uint64_t count, mortise_value_t** value, mortise_error_t* error);
  // Makes a value the output `index`.
  // [thread-safe & running]
  mortise_status(MORTISE_ABI* set_output)(const mortise_run_context_t* context, uint64_t index,
                                          const mortise_value_t* value, mortise_error_t* error);
} mortise_host_values_t;
