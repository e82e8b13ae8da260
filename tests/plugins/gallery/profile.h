// record_event(): "mortise.profile/1" as a run uses it that did no more than one node.
#pragma once

#include "base.h"

namespace gallery {

// Nothing where the host takes no events.
inline void record_event(const Session& session, const sdk::RunArgs& args, uint32_t node) {
  const sdk::Host& host = session.provider.host;
  if (host.profile() == nullptr) return;
  const mortise_profile_event_t event = {
      .name = "run", .start_ns = host.profile()->now_ns(host.raw()), .node_ids = &node, .num_nodes = 1};
  host.profile()->record(host.raw(), args.context(), &event);
}

}  // namespace gallery
