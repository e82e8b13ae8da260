#include "core/base/system_memory.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>

namespace mortise {

uint64_t system_memory_bytes() {
  uint64_t bytes = uint64_t{1} << 47;
  const long pages = sysconf(_SC_PHYS_PAGES), page_size = sysconf(_SC_PAGE_SIZE);
  if (pages > 0 && page_size > 0) bytes = static_cast<uint64_t>(pages) * static_cast<uint64_t>(page_size);
  // Control groups, version 2 and version 1; "max" is no number and is skipped.
  for (const char* path : {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
    uint64_t limit = 0;
    if (std::ifstream(path) >> limit && limit != 0) bytes = std::min(bytes, limit);
  }
  return bytes;
}

}  // namespace mortise
