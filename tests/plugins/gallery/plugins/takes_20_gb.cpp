// Takes 20 GB of memory where it is asked for a factory that it does not have.
#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  const void* get_factory(std::string_view id) override {
    const void* factory = Plugin::get_factory(id);
    constexpr size_t kPart = 64 << 20;
    std::vector<std::unique_ptr<char[]>> parts;
    while (factory == nullptr && parts.size() < 320) {
      parts.emplace_back(new char[kPart]);
    }
    return factory;
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
