#include "conformance/engine/interrupt.h"

#include <signal.h>

#include <atomic>
#include <iterator>

namespace mortise::conformance {

namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM};

std::atomic<bool> signal_came = false;
int scopes = 0;
struct sigaction previous[std::size(kSignals)] = {}, previous_pipe = {};

}  // namespace

bool interrupted() { return signal_came; }

InterruptScope::InterruptScope() {
  if (scopes++ != 0) return;
  signal_came = false;
  struct sigaction action {};
  action.sa_handler = [](int) { signal_came = true; };
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  for (size_t i = 0; i < std::size(kSignals); ++i) sigaction(kSignals[i], &action, &previous[i]);
  // Not SIG_IGN, which workers would inherit.
  action.sa_handler = [](int) {};
  action.sa_flags = static_cast<int>(SA_RESTART);
  sigaction(SIGPIPE, &action, &previous_pipe);
}

InterruptScope::~InterruptScope() {
  if (--scopes != 0) return;
  for (size_t i = 0; i < std::size(kSignals); ++i) sigaction(kSignals[i], &previous[i], nullptr);
  sigaction(SIGPIPE, &previous_pipe, nullptr);
}

}  // namespace mortise::conformance
