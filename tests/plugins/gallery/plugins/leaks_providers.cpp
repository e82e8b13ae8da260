// destroy() of the provider keeps 1 MiB of it.
#include "base.h"

class gallery::Broken : public Plugin {
  void destroy(Provider& provider) override {
    kept_ = new std::string(std::size_t{1} << 20, 'x');
    Plugin::destroy(provider);
  }

  const std::string* kept_ = nullptr;
};

MORTISE_GALLERY_PLUGIN(Broken);
