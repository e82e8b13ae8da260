#include "conformance/engine/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>

#include "conformance/engine/orphans.h"
#include "conformance/engine/shared_memory.h"
#include "conformance/engine/worker.h"

namespace mortise::conformance {

namespace {

constexpr size_t kMaxLine = 4 << 20;

// Sanitizers reserve terabytes, which a limit on data would count.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kLimitsMemory = false;
#elif defined(__has_feature)
constexpr bool kLimitsMemory = !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer);
#else
constexpr bool kLimitsMemory = true;
#endif

void limit(int resource, uint64_t mib) {
  if (mib == 0) return;
  const rlim_t bytes = mib << 20;
  const rlimit wanted = {bytes, bytes};
  setrlimit(static_cast<__rlimit_resource>(resource), &wanted);
}

[[noreturn]] void become_worker(int channel, int page, int streams, pid_t parent, const WorkerLimits& limits) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(kChannelLost);
  if (kLimitsMemory) limit(RLIMIT_DATA, limits.memory_mib);
  limit(RLIMIT_FSIZE, limits.file_mib);
  const rlimit no_core = {0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  const int nothing = open("/dev/null", O_RDONLY);
  dup2(nothing, STDIN_FILENO);
  dup2(streams, STDOUT_FILENO);
  dup2(streams, STDERR_FILENO);
  setenv(kWorkerVariable, std::to_string(getpid()).c_str(), 1);
  // Inherited: what dup() gives has no FD_CLOEXEC.
  const std::string channel_text = std::to_string(dup(channel)), page_text = std::to_string(dup(page));
  execl("/proc/self/exe", "mortise-conformance", "worker", channel_text.c_str(), page_text.c_str(), nullptr);
  _exit(kChannelLost);
}

}  // namespace

Result<std::unique_ptr<WorkerProcess>> WorkerProcess::start(const Settings& settings, const WorkerLimits& limits) {
  std::unique_ptr<WorkerProcess> worker(new WorkerProcess);
  worker->memory_mib_ = limits.memory_mib;
  int ends[2] = {-1, -1};
  const auto failed = [](std::string_view what) {
    return make_error(StatusCode::kResourceExhausted, "a worker cannot be started: ", what, ": ", std::strerror(errno));
  };
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return failed("socketpair()");
  worker->channel_ = ends[0];
  const int page = create_call_page(&worker->page_);
  worker->streams_ = memfd_create("mortise-streams", MFD_CLOEXEC);
  if (page < 0 || worker->streams_ < 0) return failed("memfd_create()");
  fcntl(page, F_SETFD, FD_CLOEXEC);
  fcntl(worker->streams_, F_SETFL, O_APPEND);
  const pid_t parent = getpid();
  worker->pid_ = fork();
  if (worker->pid_ == 0) become_worker(ends[1], page, worker->streams_, parent, limits);
  const int error = errno;
  close(ends[1]);
  close(page);
  errno = error;
  if (worker->pid_ < 0) return failed("fork()");
  setpgid(worker->pid_, worker->pid_);  // both sides do it, so that neither has to wait
  // By its number: the header of glibc 2.36 lacks C linkage.
  worker->pidfd_ = static_cast<int>(syscall(SYS_pidfd_open, worker->pid_, 0));
  if (worker->pidfd_ < 0) return failed("pidfd_open()");
  worker->send(to_json(settings).dump());
  return worker;
}

WorkerProcess::~WorkerProcess() {
  if (pid_ > 0) {
    kill_group();
    wait();
  }
  for (const int descriptor : {pidfd_, channel_, streams_}) {
    if (descriptor >= 0) close(descriptor);
  }
  if (page_ != nullptr) munmap(page_, sizeof(CallPage));
}

void WorkerProcess::send(std::string_view text) {
  const std::string line = std::string(text) + '\n';
  // A worker that has died is found by its pidfd.
  for (size_t done = 0; done < line.size();) {
    const ssize_t count = ::send(channel_, line.data() + done, line.size() - done, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    done += static_cast<size_t>(count);
  }
}

Result<std::optional<std::string>> WorkerProcess::receive() {
  char chunk[4096];
  for (;;) {
    const ssize_t count = recv(channel_, chunk, sizeof chunk, MSG_DONTWAIT);
    if (count < 0 && errno == EINTR) continue;
    channel_ended_ = channel_ended_ || count == 0;
    if (count <= 0) break;
    inbox_.append(chunk, static_cast<size_t>(count));
    if (inbox_.size() > kMaxLine) return make_error(StatusCode::kOutOfRange, "sent more than an answer");
  }
  const size_t end = inbox_.find('\n');
  if (end == std::string::npos) return std::optional<std::string>();
  std::string line = inbox_.substr(0, end);
  inbox_.erase(0, end + 1);
  return std::optional<std::string>(std::move(line));
}

std::string WorkerProcess::memory_fault() const {
  if (!kLimitsMemory || memory_mib_ == 0) return {};
  const uint64_t mib = shared_memory_of(pid_) >> 20;
  if (mib <= memory_mib_) return {};
  return concat("took ", mib, " MiB of shared memory, more than the ", memory_mib_, " MiB that --memory allows");
}

void WorkerProcess::kill_group() {
  if (pid_ > 0) kill(-pid_, SIGKILL);
}

int WorkerProcess::wait() {
  if (!status_) {
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    status_ = status;
  }
  return *status_;
}

std::string WorkerProcess::retire(double seconds) {
  shutdown(channel_, SHUT_WR);
  pollfd death = {.fd = pidfd_, .events = POLLIN, .revents = 0};
  // What it takes now is watched as well.
  constexpr int kMilliseconds = 100;
  for (double left = seconds; poll(&death, 1, kMilliseconds) == 0; left -= 0.001 * kMilliseconds) {
    std::string fault = memory_fault();
    if (fault.empty() && left > 0) continue;
    if (fault.empty()) fault = concat("did not end within ", seconds, " s");
    const std::string call = text_of(page_->call, sizeof page_->call);
    kill_group();
    wait();
    return fault + (call.empty() ? "" : ", in " + call);
  }
  const int status = wait();
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? std::string() : describe_death();
}

std::string WorkerProcess::describe_death() {
  pollfd death = {.fd = pidfd_, .events = POLLIN, .revents = 0};
  const bool died = poll(&death, 1, 1000) == 1;
  if (!died) kill_group();
  const int status = wait();
  std::string text;
  if (!died || (WIFEXITED(status) && WEXITSTATUS(status) == kChannelLost)) {
    text = "the descriptor on which the process answers was closed";
  } else if (WIFSIGNALED(status)) {
    text = concat("signal ", WTERMSIG(status), " (", strsignal(WTERMSIG(status)), ")");
  } else {
    text = concat("the process ended with exit code ", WEXITSTATUS(status));
  }
  const std::string call = text_of(page_->call, sizeof page_->call);
  text += call.empty() ? " between two calls" : " in " + call;
  if (const std::string fault = text_of(page_->fault, sizeof page_->fault); !fault.empty()) text += ": " + fault;
  if (const std::string words = last_words(); !words.empty()) text += concat("; last words: \"", words, "\"");
  return text;
}

std::string WorkerProcess::last_words() const {
  struct stat now {};
  if (fstat(streams_, &now) != 0) return {};
  constexpr off_t kMost = 300;
  std::string text(static_cast<size_t>(std::min(now.st_size, kMost)), ' ');
  const ssize_t count = pread(streams_, text.data(), text.size(), std::max<off_t>(0, now.st_size - kMost));
  text.resize(static_cast<size_t>(std::max<ssize_t>(count, 0)));
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c >= 0x7F; }, ' ');
  return text;
}

}  // namespace mortise::conformance
