// open() returns twice, in two processes.
#include <unistd.h>

#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  mortise_status open(Provider& provider, mortise_error_t* error) override {
    static const pid_t child = fork();
    if (child < 0) return MORTISE_INTERNAL;
    return Plugin::open(provider, error);
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
