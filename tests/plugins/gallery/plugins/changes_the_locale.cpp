// open() changes the locale of the process.
#include <clocale>

#include "base.h"

class gallery::Broken : public Plugin {
  mortise_status open(Provider& provider, mortise_error_t* error) override {
    std::setlocale(LC_ALL, "C.UTF-8");
    return Plugin::open(provider, error);
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
