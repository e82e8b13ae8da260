#include "conformance/host/checked_host.h"

#include "conformance/host/checked_extensions.h"

namespace mortise::conformance {

namespace {

constexpr size_t kMaxKept = 256;  // of violations and lines: a provider may repeat itself for ever

}  // namespace

CheckedHost::CheckedHost(CheckedHostOptions options)
    : HostContext({.threads = options.threads,
                   .memory_limit_mib = options.memory_limit_mib,
                   .log_sink =
                       [this](Severity, std::string_view line) {
                         const std::lock_guard lock(mutex_);
                         if (log_lines_.size() < kMaxKept) log_lines_.emplace_back(line);
                       },
                   .min_severity = Severity::kDebug}),
      options_(std::move(options)),
      abi_(*HostContext::abi()) {
  abi_.host_data = static_cast<HostContext*>(this);
  abi_.get_extension = [](const mortise_host_t* host, const char* id) noexcept -> const void* {
    const CheckedHostOptions& offered = of(host).options_;
    if (id == nullptr || !offered.extensions || offered.left_out.contains(id)) return nullptr;
    return find_checked_extension(id);
  };
}

void CheckedHost::violate(std::string_view requirement, std::string sentence) {
  const std::lock_guard lock(mutex_);
  if (violations_.size() < kMaxKept) violations_.push_back({std::string(requirement), std::move(sentence)});
}

std::vector<Violation> CheckedHost::take_violations() {
  const std::lock_guard lock(mutex_);
  return std::exchange(violations_, {});
}

std::vector<std::string> CheckedHost::take_log() {
  const std::lock_guard lock(mutex_);
  return std::exchange(log_lines_, {});
}

}  // namespace mortise::conformance
