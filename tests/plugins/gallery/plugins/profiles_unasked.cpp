// A session that was profiled once records an event in every later run.
#include <set>

#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  Status run_steps(Session& session, const sdk::RunArgs& args) override {
    const mortise_host_profile_t* profile = session.provider.host.profile();
    if (profile != nullptr && args.profiling()) profiled_.insert(&session);
    if (profile != nullptr && profiled_.contains(&session)) {
      const mortise_profile_event_t event = {.name = "run",
                                             .start_ns = profile->now_ns(session.provider.host.raw()),
                                             .node_ids = &session.steps[0].node,
                                             .num_nodes = 1};
      profile->record(session.provider.host.raw(), args.context(), &event);
    }
    return Plugin::run_steps(session, args);
  }
  void destroy(Session& session) override {
    profiled_.erase(&session);
    Plugin::destroy(session);
  }

 private:
  std::set<const Session*> profiled_;
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
