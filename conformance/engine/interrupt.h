// InterruptScope: SIGINT, and SIGTERM, which schedulers send, ask for the end of what runs instead of ending the process. A
// reader of the output that ends before it, as the others of a pipeline do at an interruption, ends nothing (SIGPIPE).
#pragma once

namespace mortise::conformance {

// Whether a signal has come since the outermost scope began.
bool interrupted();

// Takes the signals while it lives; a second one strikes as it would have. Within another scope it does nothing, so that
// what a command does after its cases still knows of a signal that came meanwhile. One thread at a time.
class InterruptScope {
 public:
  InterruptScope();
  ~InterruptScope();
  InterruptScope(const InterruptScope&) = delete;
  InterruptScope& operator=(const InterruptScope&) = delete;
};

}  // namespace mortise::conformance
