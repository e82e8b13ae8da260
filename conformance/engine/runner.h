// run_cases(): runs cases in worker processes and survives whatever happens there.
#pragma once

#include <algorithm>
#include <functional>
#include <span>
#include <thread>

#include "conformance/engine/case.h"
#include "conformance/engine/process.h"

namespace mortise::conformance {

struct RunnerOptions {
  // Workers at a time.
  unsigned jobs = std::max(1u, std::thread::hardware_concurrency());
  double timeout = 30;  // seconds per case
  WorkerLimits limits;
  bool in_process = false;  // for debuggers: no worker, no timeout; a crash is the run's end
};

// Called once per case, in the order in which they end, on the caller's thread. before: what its process had run before
// it, in order.
using OnVerdict = std::function<void(const Case& which, const Verdict& verdict, std::span<const Case* const> before)>;
// A worker that ended badly when it had nothing to do any more: a sentence that names the last case it ran.
using OnNote = std::function<void(const std::string& sentence)>;

// Cases are started in order. SIGINT or SIGTERM ends the run early: cases that run get 2 s to end, these and the remaining
// ones are NOTRUN. Fails if no worker can be started.
Status run_cases(const Settings& settings, std::span<const Case* const> cases, const RunnerOptions& options,
                 const OnVerdict& on_verdict, const OnNote& on_note);

}  // namespace mortise::conformance
