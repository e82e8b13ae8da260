// take_shared_memory(): takes 4 GB of shared memory and gives it back, as far as there is any.
#pragma once

#include <sys/mman.h>

#include <cstring>
#include <vector>

namespace gallery {

inline void take_shared_memory() {
  constexpr size_t kPart = 64 << 20;
  std::vector<void*> parts;
  while (parts.size() < 64) {
    void* part = mmap(nullptr, kPart, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (part == MAP_FAILED) break;
    std::memset(part, 1, kPart);
    parts.push_back(part);
  }
  for (void* part : parts) munmap(part, kPart);
}

}  // namespace gallery
