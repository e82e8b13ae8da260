// Takes 4 GB of shared memory in deinit().
#include <sys/mman.h>

#include <cstring>

#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  void deinit() override {
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
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
