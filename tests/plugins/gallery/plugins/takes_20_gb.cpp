// Takes 20 GB of memory where it is asked for a factory that it does not have.
#include "base.h"

class gallery::Broken : public Plugin {
  void no_such_factory() override {
    constexpr size_t kPart = 64 << 20;
    std::vector<std::unique_ptr<char[]>> parts;
    while (parts.size() < 320) parts.emplace_back(new char[kPart]);
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
