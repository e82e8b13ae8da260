// A thread that open() started still runs after deinit().
#include <unistd.h>

#include <atomic>
#include <thread>

#include "base.h"

class gallery::Broken : public Plugin {
  mortise_status open(Provider& provider, mortise_error_t* error) override {
    if (!started_) {
      std::thread([this] {
        started_ = true;
        pause();
      }).detach();
    }
    // It sleeps within the C library, so that nothing happens where the plugin's own code is gone.
    while (!started_) usleep(1000);
    usleep(1000);
    return Plugin::open(provider, error);
  }

  std::atomic<bool> started_ = false;
};

MORTISE_GALLERY_PLUGIN(Broken);
