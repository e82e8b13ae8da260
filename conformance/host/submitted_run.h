// SubmittedRun: a run through mortise.async-run/1 that goes on while the host does something else.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>

#include "conformance/host/checked_run.h"

namespace mortise::conformance {

// Null where the provider lacks the extension or its table has no function.
const mortise_provider_async_run_t* async_run_of(const Device& device);

class SubmittedRun {
 public:
  // submit(). The status is the provider's where it refused; completed() is then not to come any more.
  static Result<std::unique_ptr<SubmittedRun>> submit(const Session& session, std::span<const Value> inputs,
                                                      const RunSettings& settings = {});
  // Waits for completed(); called once, before the object goes. One that does not come within 10 seconds breaks
  // MORTISE-P-041; what was lent to the run is then never freed.
  RunOutcome wait();

 private:
  // Shared with the completion, which may come late or never.
  struct State {
    std::unique_ptr<CheckedRun> run;
    std::mutex mutex;
    std::condition_variable ended;
    std::optional<Status> status;
  };
  explicit SubmittedRun(const Session& session) : session_(session), state_(std::make_unique<State>()) {}

  const Session& session_;
  std::unique_ptr<State> state_;
};

}  // namespace mortise::conformance
