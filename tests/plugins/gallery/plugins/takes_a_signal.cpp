// open() installs a handler for a signal and leaves it there.
#include <csignal>

#include "base.h"

class gallery::Broken : public Plugin {
  mortise_status open(Provider& provider, mortise_error_t* error) override {
    std::signal(SIGUSR1, SIG_IGN);
    return Plugin::open(provider, error);
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
