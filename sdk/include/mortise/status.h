// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "private/macros.h"
#include "private/std.h"

// Status codes and the error record
//
// Every fallible function returns a mortise_status and takes, as its last parameter, a caller-owned mortise_error_t
// that may be null (claim(), decline() and refuse() take none). Nobody frees anything across the boundary.
//
// The numbers 0 to 16 are the canonical codes shared by gRPC, Abseil, PJRT and IREE.

typedef int32_t mortise_status;

enum {
  MORTISE_OK = 0,
  MORTISE_CANCELLED = 1,
  MORTISE_UNKNOWN = 2,
  MORTISE_INVALID_ARGUMENT = 3,
  MORTISE_DEADLINE_EXCEEDED = 4,
  MORTISE_NOT_FOUND = 5,
  MORTISE_ALREADY_EXISTS = 6,
  MORTISE_PERMISSION_DENIED = 7,
  MORTISE_RESOURCE_EXHAUSTED = 8,
  MORTISE_FAILED_PRECONDITION = 9,
  MORTISE_ABORTED = 10,
  MORTISE_OUT_OF_RANGE = 11,
  MORTISE_UNIMPLEMENTED = 12,
  MORTISE_INTERNAL = 13,
  MORTISE_UNAVAILABLE = 14,
  MORTISE_DATA_LOSS = 15,
  MORTISE_UNAUTHENTICATED = 16,
  // The device is gone (removed, reset, hung). Every later call on the provider returns it too, until it is reopened.
  MORTISE_DEVICE_LOST = 17,

  // Set in a status beside its code: the same call may succeed if it is repeated. Absent: it is persistent.
  MORTISE_TRANSIENT = 1 << 8,
};

// The code of a status without its TRANSIENT bit.
#define MORTISE_STATUS_CODE(status) ((status)&0xff)

// "No node in particular", and "no value" where an optional input or output is left out.
#define MORTISE_NO_ID UINT32_MAX

#define MORTISE_MESSAGE_SIZE 1024

// What went wrong, in a sentence. Written by the callee when it returns anything but MORTISE_OK.
typedef struct mortise_error {
  // The node at fault, by its id in the graph that the call is about, or MORTISE_NO_ID.
  uint32_t node_id;
  uint32_t reserved;
  // UTF-8, NUL-terminated: subject, fault and remedy, without a trailing newline.
  char message[MORTISE_MESSAGE_SIZE];
} mortise_error_t;
