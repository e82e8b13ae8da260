// init() starts a thread.
#include <unistd.h>

#include <atomic>
#include <thread>

#include "base.h"

class gallery::Broken : public Plugin {
  mortise_status init(const char*, mortise_error_t*) override {
    thread_ = std::thread([this] {
      while (!ended_) usleep(1000);
    });
    return MORTISE_OK;
  }
  void deinit() override {
    ended_ = true;
    thread_.join();
  }

  std::atomic<bool> ended_ = false;
  std::thread thread_;
};

MORTISE_GALLERY_PLUGIN(Broken);
