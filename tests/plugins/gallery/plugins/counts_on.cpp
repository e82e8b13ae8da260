// count() is one more the second time that a factory is asked.
#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  const void* get_factory(std::string_view id) override {
    count_ = 0;
    return Plugin::get_factory(id);
  }
  uint32_t count() override { return ++count_; }

 private:
  uint32_t count_ = 0;
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
