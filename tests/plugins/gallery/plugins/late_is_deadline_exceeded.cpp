// run() returns DEADLINE_EXCEEDED, which is for the host to say, where it is cancelled after eight nodes.
#include "base.h"

class gallery::Broken : public Plugin {
  Status cancelled_after(size_t steps) override {
    if (steps < 8) return Plugin::cancelled_after(steps);
    return make_error(StatusCode::kDeadlineExceeded, "the deadline has passed");
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
