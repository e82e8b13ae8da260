// The application's side of the log: what is written, and where it goes.
//
// Mortise is silent below warnings. An application that wants the lines in its own log gives a LogSink; without one,
// they go to the standard error stream. A sink may be called from any thread, several at once.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#pragma GCC visibility push(default)
namespace mortise {

// The numbers are those of the ABI's mortise.log extension.
enum class Severity : uint32_t {
  kDebug = 0,
  kInfo = 1,
  kWarning = 2,
  kError = 3,
  // A broken promise of the other side of the provider interface.
  kHostMisbehaving = 4,
  kProviderMisbehaving = 5,
};

// "debug", "info", "warning", "error", "host misbehaving", "provider misbehaving"
std::string_view to_string(Severity severity);

// Takes one line without a newline; it is valid during the call only. Does not throw.
using LogSink = std::function<void(Severity, std::string_view)>;

}  // namespace mortise
#pragma GCC visibility pop
