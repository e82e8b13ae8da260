#include "core/report/trace_file.h"

#include <map>

namespace mortise::report {

Result<std::shared_ptr<TraceFile>> TraceFile::open(const std::filesystem::path& path, const Log& log) {
  static std::mutex mutex;  // of files
  static std::map<std::filesystem::path, std::weak_ptr<TraceFile>> files;

  std::error_code error;
  const std::filesystem::path key = std::filesystem::weakly_canonical(std::filesystem::absolute(path, error), error);
  const std::lock_guard lock(mutex);
  std::weak_ptr<TraceFile>& known = files[key];
  if (std::shared_ptr<TraceFile> file = known.lock()) return file;
  MORTISE_TRY(save({}, path));
  std::shared_ptr<TraceFile> file(new TraceFile(std::filesystem::absolute(path, error), log));
  known = file;
  return file;
}

TraceFile::~TraceFile() {
  try {
    if (Status status = save(trace_, path_); !status.ok()) log_.error("{}", status.message());
  } catch (const std::exception& e) {
    log_.error("{}: the trace cannot be written: {}", path_.string(), e.what());
  }
}

void TraceFile::append(Trace trace) {
  const std::lock_guard lock(mutex_);
  trace_.append(std::move(trace));
}

}  // namespace mortise::report
