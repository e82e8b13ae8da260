#include "bench/measure.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <exception>
#include <fstream>
#include <stdexcept>
#include <string>

namespace mortise::bench {
namespace {

// The lines "Name:   123 kB" of a file under /proc/self; 0 for a name that is not there.
double read_mib(const char* file, const std::string& name) {
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);) {
    if (line.compare(0, name.size() + 1, name + ":") == 0) return std::stod(line.substr(name.size() + 1)) / 1024;
  }
  return 0;
}

}  // namespace

Memory memory_now() {
  constexpr const char* kMaps = "/proc/self/smaps_rollup";
  return {.resident = read_mib(kMaps, "Rss"),
          .proportional = read_mib(kMaps, "Pss"),
          .anonymous = read_mib(kMaps, "Anonymous"),
          .peak = read_mib("/proc/self/status", "VmHWM")};
}

void in_child(void* result, size_t size, const std::function<void(void*)>& work) {
  void* shared = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) throw std::runtime_error("no shared memory for a child process");
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("cannot start a child process");
  if (child == 0) {
    try {
      work(shared);
    } catch (const std::exception& e) {
      std::fprintf(stderr, "%s\n", e.what());
      _exit(1);
    }
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  std::memcpy(result, shared, size);
  munmap(shared, size);
  if (status != 0) throw std::runtime_error("a child process failed");
}

}  // namespace mortise::bench
