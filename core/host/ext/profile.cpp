// The host half of mortise.profile: hands events to the profile of the run they belong to.
#include "core/base/clock.h"
#include "core/host/ext/extensions.h"
#include "core/host/run_state.h"

namespace mortise {

const mortise_host_profile_t kHostProfile = {
    .now_ns = [](const mortise_host_t*) noexcept { return now_ns(); },
    .record =
        [](const mortise_host_t*, const mortise_run_context_t* context, const mortise_profile_event_t* event) noexcept {
          if (context == nullptr || context->host_data == nullptr || event == nullptr || event->name == nullptr) return;
          ProfileSink* sink = static_cast<RunState*>(context->host_data)->profile;
          if (sink == nullptr) return;
          try {
            sink->record(*event);
          } catch (const std::bad_alloc&) {  // NOLINT: a lost event is better than a lost run
          }
        },
};

}  // namespace mortise
