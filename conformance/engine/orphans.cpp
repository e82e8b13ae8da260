#include "conformance/engine/orphans.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fstream>

#include "conformance/host/process_state.h"
#include "mortise/sdk/result.h"

namespace mortise::conformance {

namespace {

// The children of those that are killed come next; who makes new ones without end is met again after the next case.
constexpr int kGenerations = 8;

bool is_among(std::span<const pid_t> processes, pid_t process) {
  return std::find(processes.begin(), processes.end(), process) != processes.end();
}

pid_t worker_of(pid_t process) {
  const std::string beginning = concat(kWorkerVariable, "=");
  std::ifstream environment(concat("/proc/", process, "/environ"), std::ios::binary);
  for (std::string entry; std::getline(environment, entry, '\0');) {
    if (!entry.starts_with(beginning)) continue;
    pid_t worker = 0;
    std::from_chars(entry.data() + beginning.size(), entry.data() + entry.size(), worker);
    return worker;
  }
  return 0;
}

std::string process_name(pid_t process) {
  std::ifstream file(concat("/proc/", process, "/comm"));
  std::string name;
  std::getline(file, name);
  return name;
}

}  // namespace

Orphans::Orphans() : before_(child_processes()) {
  prctl(PR_GET_CHILD_SUBREAPER, &was_reaper_);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
}

Orphans::~Orphans() { prctl(PR_SET_CHILD_SUBREAPER, was_reaper_); }

std::vector<Orphan> Orphans::take(std::span<const pid_t> workers) const {
  std::vector<Orphan> found;
  for (int generation = 0; generation < kGenerations; ++generation) {
    std::vector<pid_t> orphans = child_processes();
    std::erase_if(orphans, [&](pid_t child) { return is_among(workers, child) || is_among(before_, child); });
    if (orphans.empty()) break;
    for (const pid_t orphan : orphans) {
      if (waitpid(orphan, nullptr, WNOHANG) != 0) continue;  // dead
      const pid_t worker = worker_of(orphan);
      const bool dies_with_worker = getpgid(orphan) == worker && !is_among(workers, worker);
      const std::string name = process_name(orphan);
      kill(orphan, SIGKILL);
      while (waitpid(orphan, nullptr, 0) < 0 && errno == EINTR) {
      }
      if (dies_with_worker) continue;
      found.push_back({worker, concat("process ", orphan, " (", name, ") was left to itself, and killed")});
    }
  }
  return found;
}

}  // namespace mortise::conformance
