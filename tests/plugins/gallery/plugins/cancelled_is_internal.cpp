// run() returns INTERNAL where it is cancelled between the first node and the second.
#include "base.h"

class gallery::Broken : public Plugin {
  Status cancelled_after(size_t steps) override {
    if (steps != 1) return Plugin::cancelled_after(steps);
    return make_error(StatusCode::kInternal, "the second node was not reached");
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
