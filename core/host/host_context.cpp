#include "core/host/host_context.h"

#include <tbb/info.h>

#include <algorithm>

#include "core/host/ext/extensions.h"

namespace mortise {

namespace {

constexpr uint32_t kMaxThreads = 1024;

uint32_t thread_count(uint32_t wanted) {
  const uint32_t count = wanted != 0 ? wanted : static_cast<uint32_t>(std::max(1, tbb::info::default_concurrency()));
  return std::min(count, kMaxThreads);
}

}  // namespace

HostContext::HostContext(HostOptions options)
    : log_(std::move(options.log_sink), options.min_severity),
      memory_(std::make_shared<MemoryBudget>(options.memory_limit_mib)),
      threads_(thread_count(options.threads)),
      arena_(static_cast<int>(threads_)),
      abi_{.host_data = this,
           .abi_version = MORTISE_VERSION_INIT,
           .name = "Mortise",
           .version = MORTISE_PROJECT_VERSION,
           .get_extension = [](const mortise_host_t*, const char* id) noexcept -> const void* {
             return id != nullptr ? find_host_extension(id) : nullptr;
           }} {
  if (threads_ > static_cast<uint32_t>(tbb::info::default_concurrency())) {
    more_threads_.emplace(tbb::global_control::max_allowed_parallelism, threads_);
  }
}

}  // namespace mortise
