// descriptor() takes two seconds the first time.
#include <chrono>
#include <thread>
#include <utility>

#include "base.h"

class gallery::Broken : public Plugin {
  const mortise_provider_descriptor_t* descriptor(uint32_t index) override {
    if (!std::exchange(asked_, true)) std::this_thread::sleep_for(std::chrono::milliseconds(2100));
    return Plugin::descriptor(index);
  }

  bool asked_ = false;
};

MORTISE_GALLERY_PLUGIN(Broken);
