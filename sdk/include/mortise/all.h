// SPDX-License-Identifier: Apache-2.0
#pragma once

// The stable ABI and the drafts, which may still change until they are promoted to ext/.

#include "ext/draft/compiled_cache.h"
#include "ext/draft/host_memory.h"
#include "ext/draft/profile.h"
#include "ext/draft/values.h"
#include "mortise.h"
