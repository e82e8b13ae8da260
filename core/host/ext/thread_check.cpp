// The host half of mortise.thread-check.
#include "core/host/ext/extensions.h"
#include "core/host/thread_role.h"

namespace mortise {

const mortise_host_thread_check_t kHostThreadCheck = {
    .is_setup = [](const mortise_host_t*) noexcept { return current_role() == ThreadRole::kSetup; },
    .is_worker = [](const mortise_host_t*) noexcept { return current_role() == ThreadRole::kWorker; },
};

}  // namespace mortise
