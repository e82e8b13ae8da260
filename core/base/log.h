// Log: where every part of the core writes its lines.
//
// log.warning("{}: {} nodes fall back", model, count) formats only what is kept. Not a global: the host context owns
// one. Thread-safe, provided the sink is.
#pragma once

#include <fmt/format.h>

#include "mortise/core/log.h"

namespace mortise {

class Log {
 public:
  // An empty sink means the standard error stream.
  explicit Log(LogSink sink = {}, Severity min_severity = Severity::kWarning);

  Severity min_severity() const { return min_severity_; }
  bool keeps(Severity severity) const { return severity >= min_severity_; }
  // Exceptions of the sink end here: a log line is never worth a failed run.
  void write(Severity severity, std::string_view line) const noexcept;

  template <class... Args>
  void debug(fmt::format_string<Args...> format, Args&&... args) const {
    write_formatted(Severity::kDebug, format, std::forward<Args>(args)...);
  }
  template <class... Args>
  void info(fmt::format_string<Args...> format, Args&&... args) const {
    write_formatted(Severity::kInfo, format, std::forward<Args>(args)...);
  }
  template <class... Args>
  void warning(fmt::format_string<Args...> format, Args&&... args) const {
    write_formatted(Severity::kWarning, format, std::forward<Args>(args)...);
  }
  template <class... Args>
  void error(fmt::format_string<Args...> format, Args&&... args) const {
    write_formatted(Severity::kError, format, std::forward<Args>(args)...);
  }
  template <class... Args>
  void host_misbehaving(fmt::format_string<Args...> format, Args&&... args) const {
    write_formatted(Severity::kHostMisbehaving, format, std::forward<Args>(args)...);
  }
  template <class... Args>
  void provider_misbehaving(fmt::format_string<Args...> format, Args&&... args) const {
    write_formatted(Severity::kProviderMisbehaving, format, std::forward<Args>(args)...);
  }

 private:
  template <class... Args>
  void write_formatted(Severity severity, fmt::format_string<Args...> format, Args&&... args) const {
    if (keeps(severity)) write(severity, fmt::format(format, std::forward<Args>(args)...));
  }

  LogSink sink_;
  Severity min_severity_;
};

}  // namespace mortise
