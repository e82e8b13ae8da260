// The host half of mortise.host-memory: memory out of the session's budget.
#include "core/host/ext/extensions.h"
#include "core/host/host_context.h"
#include "mortise/sdk/trampoline.h"

namespace mortise {

const mortise_host_memory_t kHostMemory = {
    .allocate =
        [](const mortise_host_t* host, uint64_t size, void** data, mortise_error_t* error) noexcept {
          return sdk::guarded(error, [&]() -> Status {
            if (data == nullptr) return invalid_argument("allocate(): an argument is null");
            MORTISE_ASSIGN(*data, HostContext::of(host).memory().allocate(size));
            return {};
          });
        },
    .release =
        [](const mortise_host_t* host, void* data, uint64_t size) noexcept {
          if (data != nullptr) HostContext::of(host).memory().release(data, size);
        },
};

}  // namespace mortise
