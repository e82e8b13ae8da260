// destroy() of a session keeps 1 MiB of it.
#include "base.h"

class gallery::Broken : public Plugin {
  void destroy(Session& session) override {
    kept_.emplace_back(std::size_t{1} << 20, 'x');
    Plugin::destroy(session);
  }

  std::vector<std::string> kept_;
};

MORTISE_GALLERY_PLUGIN(Broken);
