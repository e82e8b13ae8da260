#include "conformance/host/submitted_run.h"

#include <chrono>

#include "conformance/host/call.h"
#include "core/host/boundary.h"

namespace mortise::conformance {

namespace {

constexpr std::chrono::seconds kPatience{10};

}  // namespace

const mortise_provider_async_run_t* async_run_of(const Device& device) {
  const auto* table = device.extension<mortise_provider_async_run_t>(MORTISE_EXT_ASYNC_RUN);
  return table != nullptr && table->submit != nullptr ? table : nullptr;
}

Result<std::unique_ptr<SubmittedRun>> SubmittedRun::submit(const Session& session, std::span<const Value> inputs,
                                                           const RunSettings& settings) {
  const auto* table = async_run_of(session.device());
  if (table == nullptr) return unimplemented("the provider has no asynchronous runs");
  std::unique_ptr<SubmittedRun> submitted(new SubmittedRun(session));
  State& state = *submitted->state_;
  state.run = std::make_unique<CheckedRun>(session, settings);
  MORTISE_TRY(state.run->prepare(inputs));
  CheckedHost& host = session.device().host();
  const auto done = [](void* context, mortise_status status, const mortise_error_t* error) {
    State& ended = *static_cast<State*>(context);
    const std::lock_guard lock(ended.mutex);
    ended.run->end();
    ended.status = status_of(status, error);
    ended.ended.notify_all();
  };
  const std::optional<uint64_t> run_id = host.completions().add({.done = done, .context = &state, .gate = nullptr});
  if (!run_id) return make_error(StatusCode::kResourceExhausted, "the host has too many runs pending");
  state.run->begin();
  const Status status = call(host, "submit()", ThreadRole::kWorker, [&](mortise_error_t* error) {
    return table->submit(session.abi(), *run_id, &state.run->args(), error);
  });
  if (status.ok()) return submitted;
  if (!host.completions().cancel(*run_id)) {
    host.violate("MORTISE-P-041", "submit() failed, and completed() was called for the run all the same");
    // It may be under way in another thread, and writes to the state.
    std::unique_lock lock(state.mutex);
    state.ended.wait(lock, [&] { return state.status.has_value(); });
  }
  return status;
}

RunOutcome SubmittedRun::wait() {
  std::unique_lock lock(state_->mutex);
  if (!state_->ended.wait_for(lock, kPatience, [&] { return state_->status.has_value(); })) {
    session_.device().host().violate("MORTISE-P-041", concat("completed() did not come within ", kPatience.count(),
                                                             " s after submit() had returned OK"));
    lock.unlock();
    (void)state_.release();  // the provider may still write there
    return {.status = make_error(StatusCode::kDeadlineExceeded, "the submitted run did not end")};
  }
  return state_->run->finish(*state_->status);
}

}  // namespace mortise::conformance
