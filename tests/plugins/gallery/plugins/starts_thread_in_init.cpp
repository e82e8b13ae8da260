// init() starts a thread.
#include <unistd.h>

#include <thread>

#include <atomic>

#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
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

 private:
  std::atomic<bool> ended_ = false;
  std::thread thread_;
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
