// Memory that processes share, which no limit of the kernel counts: mappings with MAP_SHARED, memfd, files in /dev/shm,
// System V segments. Linux only, from /proc.
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace mortise::conformance {

// Bytes that a process and its descendants hold together, each page once: what they have mapped and touched, or what the
// files of this kind hold that they have open for writing, whichever is more. Not seen is what is neither mapped nor open, such as a
// file in /dev/shm that was written and closed; huge pages (MAP_HUGETLB); and what a process takes whose parent has died.
uint64_t shared_memory_of(pid_t process);

}  // namespace mortise::conformance
