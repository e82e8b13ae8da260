// descriptor() takes two seconds the first time.
#include <chrono>
#include <thread>
#include <utility>

#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  const mortise_provider_descriptor_t* descriptor(uint32_t index) override {
    if (!std::exchange(asked_, true)) std::this_thread::sleep_for(std::chrono::milliseconds(2100));
    return Plugin::descriptor(index);
  }

 private:
  bool asked_ = false;
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
