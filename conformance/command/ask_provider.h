// The question that comes before every case: can the provider that the command line names be opened with its options?
#pragma once

#include <string>

#include "conformance/command/run_options.h"
#include "conformance/engine/about.h"

namespace mortise::conformance {

struct Introduction {
  ProviderFacts provider;
  // Why the provider cannot be opened. Empty also where the worker died of the question: the cases will tell how.
  std::string fault;
  // With a fault, whose it is: kBadUsage where the command line names no provider or options that it does not have, kFailed
  // where the provider or its device is to blame.
  int code = 0;
};

// Asks as the cases are run. Fails if no worker can be started.
Result<Introduction> ask_provider(const RunOptions& options, const OnNote& on_note);

// Ends the command with a fault's sentence and code. Asks a worker, --in-process or not: the process of a single case is one
// in which the plugin was never loaded, and a debugger there sees that case alone.
void require_provider(const RunOptions& options);

}  // namespace mortise::conformance
