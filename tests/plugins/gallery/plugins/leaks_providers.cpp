// destroy() of the provider keeps 1 MiB of it.
#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  void destroy(Provider& provider) override {
    kept_ = new std::string(std::size_t{1} << 20, 'x');
    Plugin::destroy(provider);
  }

 private:
  const std::string* kept_ = nullptr;
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
