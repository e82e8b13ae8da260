// QuietStreams: while it lives, what is written to the standard output and error streams of the process goes into memory
// and can be read back. Not thread-safe; one at a time.
#pragma once

#include <string>

namespace mortise::conformance {

class QuietStreams {
 public:
  QuietStreams();
  // The streams are what they were before.
  ~QuietStreams();
  QuietStreams(const QuietStreams&) = delete;
  QuietStreams& operator=(const QuietStreams&) = delete;

  // The beginning of what was written until now, printable.
  std::string written() const;

 private:
  int memory_;
  int output_, error_;  // the streams themselves
};

}  // namespace mortise::conformance
