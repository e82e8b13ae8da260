// CompiledSession: see provider_instance.h.
#include "core/host/boundary.h"
#include "core/host/provider_instance.h"
#include "core/host/thread_role.h"

namespace mortise {

namespace {

// Holds a gate; nothing for a null gate.
class GatePass {
 public:
  GatePass(Gate* gate, Waiting waiting) : gate_(gate) {
    if (gate_ != nullptr) gate_->enter(waiting);
  }
  ~GatePass() {
    if (gate_ != nullptr) gate_->leave();
  }
  GatePass(const GatePass&) = delete;
  GatePass& operator=(const GatePass&) = delete;
  // The gate stays closed.
  void keep() { gate_ = nullptr; }

 private:
  Gate* gate_;
};

}  // namespace

CompiledSession::CompiledSession(std::shared_ptr<ProviderInstance> provider, const mortise_session_t* session)
    : provider_(std::move(provider)), session_(session) {
  switch (provider_->descriptor().concurrency) {
    case MORTISE_CONCURRENCY_SERIAL_PROVIDER:
      gate_ = &provider_->gate_;
      break;
    case MORTISE_CONCURRENCY_SERIAL_SESSION:
      gate_ = &own_gate_;
      break;
    default:
      break;
  }
}

CompiledSession::~CompiledSession() {
  const std::lock_guard lock(provider_->setup_);
  const ScopedSetup role;
  if (Status status = call_boundary([&] { session_->destroy(session_); }); !status.ok()) {
    provider_->host().log().provider_misbehaving("provider '{}': a session's destroy(): {}", provider_->id(),
                                                 status.message());
  }
}

Status CompiledSession::run(const mortise_run_args_t& args, Waiting waiting) {
  if (provider_->quarantined()) return provider_->quarantine_reason();
  const GatePass pass(gate_, waiting);
  const ScopedWorker role;
  return provider_->name_it(
      call_boundary([&](mortise_error_t* error) { return session_->run(session_, &args, error); }));
}

Status CompiledSession::submit(const mortise_run_args_t& args, Completion completion, Waiting waiting) {
  const mortise_provider_async_run_t* async = provider_->async_run();
  if (async == nullptr) return unimplemented("provider '", provider_->id(), "' has no asynchronous runs");
  if (provider_->quarantined()) return provider_->quarantine_reason();
  GatePass pass(gate_, waiting);
  completion.gate = gate_;
  CompletionRegistry& completions = provider_->host().completions();
  const std::optional<uint64_t> run_id = completions.add(completion);
  if (!run_id) {
    return make_error(StatusCode::kResourceExhausted, "more than ", CompletionRegistry::kMaxPending,
                      " asynchronous runs are pending")
        .as_transient();
  }
  const ScopedWorker role;
  Status status = call_boundary([&](mortise_error_t* error) { return async->submit(session_, *run_id, &args, error); });
  if (status.ok()) {
    pass.keep();
    return status;
  }
  if (!completions.cancel(*run_id)) {
    // It was reported as completed and as not queued. The completion stands, and has opened the gate.
    provider_->host().log().provider_misbehaving("provider '{}': submit() failed after completed()", provider_->id());
    pass.keep();
    return {};
  }
  return provider_->name_it(std::move(status));
}

}  // namespace mortise
