// Orphans: processes that a plugin started and left to nobody, in whatever group or session, so that the death of their
// worker's process group does not reach them.
//
// While the scope lives, a process whose parent has died becomes a child of this one (PR_SET_CHILD_SUBREAPER), where it is
// found. Children that this process had before are not touched. Linux only. Not thread-safe.
#pragma once

#include <sys/types.h>

#include <span>
#include <string>
#include <vector>

namespace mortise::conformance {

// A variable of the environment of every worker, its process id: a process inherits it, and so says which worker it is of.
inline constexpr char kWorkerVariable[] = "MORTISE_CONFORMANCE_WORKER";

struct Orphan {
  pid_t worker = 0;      // 0: it does not say
  std::string sentence;  // "process 1234 (daemon) was left to itself, and killed"
};

class Orphans {
 public:
  Orphans();
  ~Orphans();
  Orphans(const Orphans&) = delete;
  Orphans& operator=(const Orphans&) = delete;

  // Kills all that there are. `workers` are alive. What is in the process group of a worker that is not dies with it, and
  // is no news.
  std::vector<Orphan> take(std::span<const pid_t> workers) const;

 private:
  int was_reaper_ = 0;
  std::vector<pid_t> before_;
};

}  // namespace mortise::conformance
