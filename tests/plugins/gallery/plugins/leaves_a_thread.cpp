// A thread that open() started still runs after deinit().
#include <unistd.h>

#include <thread>

#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  mortise_status open(Provider& provider, mortise_error_t* error) override {
    static const bool started = (std::thread(pause).detach(), true);
    (void)started;
    return Plugin::open(provider, error);
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
