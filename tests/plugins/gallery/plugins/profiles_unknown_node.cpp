// Records an event of a node that is not in the segment.
#include "base.h"
#include "profile.h"

class gallery::Broken : public Plugin {
  Status run_steps(Session& session, const sdk::RunArgs& args) override {
    if (args.profiling()) record_event(session, args, 4711);
    return Plugin::run_steps(session, args);
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
