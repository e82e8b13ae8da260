// Console: a run as a person or a log follows it: progress, failures as they come, and the summary at the end.
//
// Failures and the summary go to the standard output, progress to the standard error stream. One thread at a time.
#pragma once

#include <memory>

#include "conformance/report/results.h"
#include "tools/mortise/progress.h"

namespace mortise::conformance {

class Console {
 public:
  // `results` has the cases that are to run, and outlives this.
  explicit Console(const Results& results);

  // A case ended.
  void show(const CaseResult& result);

 private:
  const Results& results_;
  size_t done_ = 0, failed_ = 0;
  tool::Progress progress_;
};

// A table per suite, the slowest cases, the provider's reasons for refusing, warnings, the first failures with the commands
// that show them, scores; the last line is exactly "N passed, N failed, N skipped".
void print_summary(const Results& results);
// Provider, device and binary, in two lines.
void print_identity(const Results& results);

}  // namespace mortise::conformance
