// The host half of mortise.log: lines of providers go to the host's log.
#include "core/host/ext/extensions.h"
#include "core/host/host_context.h"

namespace mortise {

const mortise_host_log_t kHostLog = {
    .log =
        [](const mortise_host_t* host, uint32_t severity, const char* message) noexcept {
          if (message == nullptr) return;
          // A number from a newer draft than ours counts as an error.
          const uint32_t known = severity <= MORTISE_LOG_PROVIDER_MISBEHAVING ? severity : uint32_t{MORTISE_LOG_ERROR};
          HostContext::of(host).log().write(static_cast<Severity>(known), message);
        },
    .min_severity =
        [](const mortise_host_t* host) noexcept {
          return static_cast<uint32_t>(HostContext::of(host).log().min_severity());
        },
};

}  // namespace mortise
