// TraceFile: the trace that a configuration asks for with session.profile. Every session of the process that names the
// file adds its runs; when the last of them ends, the file is written.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>

#include "core/base/log.h"
#include "mortise/core/trace.h"

namespace mortise::report {

// Thread-safe.
class TraceFile {
 public:
  // Writes an empty trace, so that a path that cannot be written is an error before the first run. A relative path
  // begins at the working directory. log: takes the error when the file cannot be written at the end.
  static Result<std::shared_ptr<TraceFile>> open(const std::filesystem::path& path, const Log& log);
  ~TraceFile();
  TraceFile(const TraceFile&) = delete;
  TraceFile& operator=(const TraceFile&) = delete;

  void append(Trace trace);

 private:
  TraceFile(std::filesystem::path path, const Log& log) : path_(std::move(path)), log_(log) {}

  const std::filesystem::path path_;
  const Log log_;
  std::mutex mutex_;  // of trace_
  Trace trace_;
};

}  // namespace mortise::report
