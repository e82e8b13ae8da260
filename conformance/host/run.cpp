// Session::run(): one run, waited for.
#include "conformance/host/call.h"
#include "conformance/host/checked_run.h"

namespace mortise::conformance {

RunOutcome Session::run(std::span<const Value> inputs, const RunSettings& settings) const {
  CheckedRun run(*this, settings);
  if (Status status = run.prepare(inputs); !status.ok()) return {.status = std::move(status)};
  run.begin();
  Status status = call(device_.host(), "run()", ThreadRole::kWorker,
                       [&](mortise_error_t* error) { return session_->run(session_, &run.args(), error); });
  run.end();
  return run.finish(std::move(status));
}

}  // namespace mortise::conformance
