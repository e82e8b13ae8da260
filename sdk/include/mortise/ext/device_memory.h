// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "../provider.h"

// Device memory
//
// For a provider whose device has memory of its own. Values that pass between two sessions of the same provider then
// stay on the device, and a copy is made only where a value enters or leaves. Without this extension a provider is
// given host memory only.
//
// Story: the provider lists its kinds of memory -> compile() -> host asks for the kind of each input and output -> host
// allocates, copies in, runs, copies out, releases. Kind 0 is host memory and always understood.

MORTISE_CONSTANT char MORTISE_EXT_DEVICE_MEMORY[] = "mortise.device-memory/1";

enum {
  // The handle is an address, and the host may read and write the memory itself whenever no run uses it. What the host
  // has written, the device sees in a run that begins later, and what the device has written, the host sees when the run
  // has ended. The host keeps values that cross between providers in such memory and copies only what the application
  // gives or takes, where the alignment is at least 64.
  MORTISE_MEMORY_HOST_VISIBLE = 1 << 0,
};

typedef struct mortise_memory_kind {
  // For people: "SRAM", "DDR".
  const char* name;
  // Of an allocation, in bytes; a power of two.
  uint64_t alignment;
  // Bytes in all, 0 if unknown.
  uint64_t capacity;
  // Above 0, unique within the provider.
  uint32_t kind;
  // MORTISE_MEMORY_HOST_VISIBLE or 0.
  uint32_t flags;
} mortise_memory_kind_t;

typedef struct mortise_provider_device_memory {
  // [thread-safe & opened]
  uint32_t(MORTISE_ABI* num_kinds)(const mortise_provider_t* provider);
  // Returns false if there is no such index.
  // [thread-safe & opened]
  bool(MORTISE_ABI* get_kind)(const mortise_provider_t* provider, uint32_t index, mortise_memory_kind_t* kind);

  // The kind of memory in which the session wants input (or output) `index`; MORTISE_MEMORY_HOST if it does not care.
  // [setup & compiled]
  uint32_t(MORTISE_ABI* input_kind)(const mortise_session_t* session, uint64_t index);
  uint32_t(MORTISE_ABI* output_kind)(const mortise_session_t* session, uint64_t index);

  // Allocates; `*handle` is the provider's own and never dereferenced by the host unless the kind is HOST_VISIBLE.
  // MORTISE_RESOURCE_EXHAUSTED when the device is full.
  // [thread-safe & opened]
  mortise_status(MORTISE_ABI* allocate)(const mortise_provider_t* provider, uint32_t kind, uint64_t size, void** handle,
                                        mortise_error_t* error);
  // [thread-safe & opened]
  void(MORTISE_ABI* release)(const mortise_provider_t* provider, uint32_t kind, void* handle);

  // Copy `size` bytes; complete when they return.
  // [thread-safe & opened]
  mortise_status(MORTISE_ABI* copy_in)(const mortise_provider_t* provider, uint32_t kind, void* handle, uint64_t offset,
                                       const void* host_source, uint64_t size, mortise_error_t* error);
  mortise_status(MORTISE_ABI* copy_out)(const mortise_provider_t* provider, uint32_t kind, const void* handle,
                                        uint64_t offset, void* host_target, uint64_t size, mortise_error_t* error);
} mortise_provider_device_memory_t;
