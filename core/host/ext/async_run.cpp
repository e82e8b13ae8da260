// The host half of mortise.async-run: finds who waits for a run that a provider reports as completed.
#include "core/host/ext/extensions.h"
#include "core/host/host_context.h"

namespace mortise {

const mortise_host_async_run_t kHostAsyncRun = {
    .completed =
        [](const mortise_host_t* host, uint64_t run_id, mortise_status status, const mortise_error_t* error) noexcept {
          HostContext& context = HostContext::of(host);
          if (context.completions().complete(run_id, status, error)) return;
          context.log().provider_misbehaving("completed() was called for run {:#x}, which is not pending", run_id);
        },
};

}  // namespace mortise
