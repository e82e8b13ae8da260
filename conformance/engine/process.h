// WorkerProcess: a worker seen from the runner: started, spoken to, killed with all its offspring. Linux only (pidfd,
// memfd). Not thread-safe.
#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>

#include "conformance/engine/settings.h"
#include "conformance/host/call_page.h"

namespace mortise::conformance {

struct WorkerLimits {
  uint64_t memory_mib = 8192;  // private of each process (RLIMIT_DATA), and shared of all together; 0: no limit
  uint64_t file_mib = 1024;    // RLIMIT_FSIZE
};

class WorkerProcess {
 public:
  // Starts this program again as a worker and sends it the settings.
  static Result<std::unique_ptr<WorkerProcess>> start(const Settings& settings, const WorkerLimits& limits);
  // Kills the process group.
  ~WorkerProcess();
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  pid_t pid() const { return pid_; }
  int channel() const { return channel_; }
  int pidfd() const { return pidfd_; }

  void send(std::string_view line);
  // A whole line that has come, without waiting. Fails if the other side sends without end.
  Result<std::optional<std::string>> receive();

  // Nobody can send any more: the worker has died, is about to, or lost the descriptor of its channel.
  bool channel_ended() const { return channel_ended_; }

  // A sentence where the worker shares more memory than its limit allows, which only looking tells; otherwise empty.
  std::string memory_fault() const;
  void kill_group();
  // Ends the channel and waits for a normal exit; after `seconds`, or with too much shared memory, it is killed. Empty if it
  // ended well, otherwise how.
  std::string retire(double seconds);
  // What became of a process that is dead or whose channel has ended; it is killed if it lives on for a second.
  // "signal 11 (Segmentation fault) in run(): wrote to input 0 …".
  std::string describe_death();

 private:
  WorkerProcess() = default;
  std::string last_words() const;
  int wait();

  uint64_t memory_mib_ = 0;
  pid_t pid_ = -1;
  int pidfd_ = -1;
  int channel_ = -1;
  int streams_ = -1;
  CallPage* page_ = nullptr;
  std::string inbox_;
  bool channel_ended_ = false;
  std::optional<int> status_;  // of waitpid()
};

}  // namespace mortise::conformance
