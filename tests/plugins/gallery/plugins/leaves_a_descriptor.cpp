// A file that open() opened is still open after deinit().
#include <fcntl.h>

#include "base.h"

class gallery::Broken : public Plugin {
  mortise_status open(Provider& provider, mortise_error_t* error) override {
    static const int descriptor = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    (void)descriptor;
    return Plugin::open(provider, error);
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
