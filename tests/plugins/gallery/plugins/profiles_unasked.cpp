// Records an event in every run, asked or not.
#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  Status run_steps(Session& session, const sdk::RunArgs& args) override {
    const mortise_host_profile_t* profile = session.provider.host.profile();
    const mortise_profile_event_t event = {.name = "run", .node_ids = &session.steps[0].node, .num_nodes = 1};
    if (profile != nullptr) profile->record(session.provider.host.raw(), args.context(), &event);
    return Plugin::run_steps(session, args);
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
