// Runs of a session work in one buffer, although the session is declared reentrant.
#include <chrono>
#include <cstring>
#include <thread>

#include "base.h"

class gallery::Broken : public Plugin {
  void spoil(const Step&, std::span<const Tensor>, Tensor& output) override {
    const size_t size = output.size_bytes();
    if (size == 0 || size > sizeof buffer_) return;
    std::memcpy(buffer_, output.raw(), size);
    std::this_thread::sleep_for(std::chrono::microseconds(200));
    std::memcpy(output.raw(), buffer_, size);
    std::memset(buffer_, 0, size);
  }

  char buffer_[4096];
};

MORTISE_GALLERY_PLUGIN(Broken);
