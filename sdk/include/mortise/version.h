// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "private/std.h"

// Version of the ABI
//
// Major: the meaning of something published changed; a host loads plugins of its own major version only.
// Minor: something was added as a new extension or function id; older plugins keep working, and a plugin built against
// a newer minor version loads as long as it copes with extensions that the host does not know.
// Revision: wording only.

#define MORTISE_VERSION_MAJOR 1
#define MORTISE_VERSION_MINOR 0
#define MORTISE_VERSION_REVISION 0

typedef struct mortise_version {
  uint32_t major;
  uint32_t minor;
  uint32_t revision;
} mortise_version_t;

// Initialises a mortise_version_t with the version these headers describe.
#define MORTISE_VERSION_INIT \
  { MORTISE_VERSION_MAJOR, MORTISE_VERSION_MINOR, MORTISE_VERSION_REVISION }
