// copy_in() is complete only a while after it returned.
#include <unistd.h>

#include <cstring>
#include <thread>

#include "device_memory.h"

namespace {

using namespace gallery;

class Broken : public DevicePlugin {
 public:
  void copy_in(void* handle, uint64_t offset, const void* source, uint64_t size) override {
    if (copy_.joinable()) copy_.join();
    copy_ = std::thread([=, bytes = std::string(static_cast<const char*>(source), size)] {
      usleep(20000);
      std::memcpy(static_cast<char*>(handle) + offset, bytes.data(), size);
    });
  }
  void release(void* handle) override {
    if (copy_.joinable()) copy_.join();
    DevicePlugin::release(handle);
  }

 private:
  std::thread copy_;
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
