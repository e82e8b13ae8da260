// system_memory_bytes: how much memory this process can have: the machine's, or its container's share.
#pragma once

#include <cstdint>

namespace mortise {

// Read anew by every call; an amount no machine has where the system does not say.
uint64_t system_memory_bytes();

}  // namespace mortise
