// count() is one more the second time that a factory is asked.
#include "base.h"

class gallery::Broken : public Plugin {
  const void* get_factory(std::string_view id) override {
    count_ = 0;
    return Plugin::get_factory(id);
  }
  uint32_t count() override { return ++count_; }

  uint32_t count_ = 0;
};

MORTISE_GALLERY_PLUGIN(Broken);
