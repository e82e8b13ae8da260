// open() forks a process that lives on.
#include <unistd.h>

#include "base.h"

class gallery::Broken : public Plugin {
  mortise_status open(Provider& provider, mortise_error_t* error) override {
    static const pid_t child = fork();
    if (child == 0) {
      pause();
      _exit(0);
    }
    return Plugin::open(provider, error);
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
