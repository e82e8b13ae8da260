// A session that was profiled once records an event in every later run.
#include "base.h"
#include "profile.h"

class gallery::Broken : public Plugin {
  Status run_steps(Session& session, const sdk::RunArgs& args) override {
    if (args.profiling()) session.note = kProfiled;
    if (session.note == kProfiled) record_event(session, args, session.steps[0].node);
    return Plugin::run_steps(session, args);
  }

  static constexpr int kProfiled = 1;
};

MORTISE_GALLERY_PLUGIN(Broken);
