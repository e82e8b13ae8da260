// open() after close() fails.
#include <set>

#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  mortise_status open(Provider& provider, mortise_error_t* error) override {
    if (!opened_.insert(&provider).second) {
      return sdk::report(make_error(StatusCode::kFailedPrecondition, "it was open before"), error);
    }
    return Plugin::open(provider, error);
  }
  void destroy(Provider& provider) override {
    opened_.erase(&provider);
    Plugin::destroy(provider);
  }

 private:
  std::set<const Provider*> opened_;
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
