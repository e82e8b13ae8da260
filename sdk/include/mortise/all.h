// SPDX-License-Identifier: Apache-2.0
#pragma once

// The stable ABI and the drafts (ext/draft/), which may still change until they are promoted to ext/. At present there
// are none.

#include "mortise.h"
