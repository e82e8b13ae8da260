// Records an event of a node that is not in the segment.
#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  Status run_steps(Session& session, const sdk::RunArgs& args) override {
    const mortise_host_profile_t* profile = session.provider.host.profile();
    const uint32_t node = 4711;
    if (profile != nullptr && args.profiling()) {
      const uint64_t now = profile->now_ns(session.provider.host.raw());
      const mortise_profile_event_t event = {.name = "run", .start_ns = now, .node_ids = &node, .num_nodes = 1};
      profile->record(session.provider.host.raw(), args.context(), &event);
    }
    return Plugin::run_steps(session, args);
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
