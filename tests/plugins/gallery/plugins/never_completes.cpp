// The end of a submitted run is not reported.
#include "async.h"

namespace {

using namespace gallery;

class Broken : public AsyncPlugin {
 public:
  void complete(const Provider&, uint64_t, mortise_status, const mortise_error_t&) override {}
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
