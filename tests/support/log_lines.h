// LogLines: what sessions log, for tests. Lines may come from any thread; they are read when no session works any more.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "mortise/core/log.h"

namespace mortise::test {

class LogLines {
 public:
  // Outlived by the lines. Keeps all, or those of one severity.
  LogSink sink(std::optional<Severity> only = std::nullopt) {
    return [this, only](Severity severity, std::string_view line) {
      if (only && severity != *only) return;
      const std::lock_guard lock(mutex_);
      lines_.emplace_back(line);
    };
  }
  const std::vector<std::string>& lines() const { return lines_; }

 private:
  std::mutex mutex_;
  std::vector<std::string> lines_;
};

}  // namespace mortise::test
