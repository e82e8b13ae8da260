// Progress of a long piece of work on the standard error stream: one line that is written over on a terminal, with the
// time that is left; elsewhere a plain line at every tenth of the way, where the way is long. One thread at a time.
#pragma once

#include <chrono>
#include <cstddef>
#include <string_view>

namespace mortise::tool {

class Progress {
 public:
  Progress(std::string_view what, size_t total);
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // `done` of the total are done, `failed` of them badly.
  void update(size_t done, size_t failed);
  // Takes the line away, so that other lines can be printed.
  void clear();

 private:
  std::string_view what_;
  size_t total_;
  size_t tenths_ = 0;  // that were printed
  bool terminal_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace mortise::tool
