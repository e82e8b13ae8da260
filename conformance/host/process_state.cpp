#include "conformance/host/process_state.h"

#include <dirent.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cfenv>
#include <charconv>
#include <clocale>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#if defined(__SSE__)
#include <xmmintrin.h>
#endif

#include "mortise/sdk/result.h"

namespace mortise::conformance {

namespace {

// Calls visit(name) for the numeric entries of a folder of /proc.
void for_each_number(const char* folder, const std::function<void(int)>& visit) {
  const std::unique_ptr<DIR, int (*)(DIR*)> open(opendir(folder), closedir);
  if (open == nullptr) return;
  while (const dirent* entry = readdir(open.get())) {
    int number = -1;
    const char* end = entry->d_name + std::strlen(entry->d_name);
    const auto parsed = std::from_chars(entry->d_name, end, number);
    // The descriptor by which the folder itself is read is gone afterwards.
    if (parsed.ec == std::errc() && parsed.ptr == end && number != dirfd(open.get())) visit(number);
  }
}

std::string target_of(int descriptor) {
  char target[512];
  const ssize_t size = readlink(concat("/proc/self/fd/", descriptor).c_str(), target, sizeof target);
  return size > 0 ? std::string(target, static_cast<size_t>(size)) : "unknown";
}

std::string text_of(const sigset_t& set) {
  std::string text;
  for (int signal = 1; signal < NSIG; ++signal) {
    if (sigismember(&set, signal) == 1) text += concat(text.empty() ? "" : ",", signal);
  }
  return text;
}

std::map<int, std::string> handlers() {
  std::map<int, std::string> found;
  for (int signal = 1; signal < NSIG; ++signal) {
    struct sigaction action {};
    if (sigaction(signal, nullptr, &action) != 0) continue;
    const auto* handler = (action.sa_flags & SA_SIGINFO) != 0 ? reinterpret_cast<const void*>(action.sa_sigaction)
                                                              : reinterpret_cast<const void*>(action.sa_handler);
    found[signal] = concat(handler, " flags ", action.sa_flags, " mask ", text_of(action.sa_mask));
  }
  return found;
}

std::string floating_point() {
  std::string text = concat("rounding ", fegetround(), ", traps ", fegetexcept());
#if defined(__SSE__)
  constexpr unsigned kControl = _MM_MASK_MASK | _MM_ROUND_MASK | _MM_FLUSH_ZERO_MASK | 0x40;  // 0x40: denormals are 0
  text += concat(", MXCSR ", _mm_getcsr() & kControl);
#elif defined(__aarch64__)
  uint64_t control = 0;
  asm volatile("mrs %0, fpcr" : "=r"(control));
  text += concat(", FPCR ", control);
#endif
  return text;
}

std::map<std::string, std::string> environment() {
  std::map<std::string, std::string> found;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const size_t equals = text.find('=');
    if (equals != std::string_view::npos) found.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return found;
}

template <class Key>
void compare(const std::map<Key, std::string>& before, const std::map<Key, std::string>& after, const char* what,
             std::vector<std::string>& found) {
  for (const auto& [key, text] : after) {
    const auto old = before.find(key);
    if (old == before.end()) found.push_back(concat(what, " ", key, " is new (", text, ")"));
    if (old != before.end() && old->second != text)
      found.push_back(concat(what, " ", key, " was ", old->second, " and is ", text));
  }
  for (const auto& [key, text] : before) {
    if (!after.contains(key)) found.push_back(concat(what, " ", key, " (", text, ") is gone"));
  }
}

}  // namespace

std::vector<int> child_processes() {
  std::vector<int> found;
  for_each_number("/proc/self/task", [&](int thread) {
    std::ifstream list(concat("/proc/self/task/", thread, "/children"));
    for (int child = 0; list >> child;) found.push_back(child);
  });
  return found;
}

ProcessState process_state() {
  ProcessState state;
  for_each_number("/proc/self/task", [&](int) { ++state.threads; });
  for_each_number("/proc/self/fd", [&](int descriptor) { state.descriptors[descriptor] = target_of(descriptor); });
  state.handlers = handlers();
  sigset_t mask;
  pthread_sigmask(SIG_SETMASK, nullptr, &mask);
  state.signal_mask = text_of(mask);
  state.locale = std::setlocale(LC_ALL, nullptr);
  std::error_code ignored;
  state.folder = std::filesystem::current_path(ignored).string();
  state.umask = umask(0);
  umask(static_cast<mode_t>(state.umask));
  state.floating_point = floating_point();
  state.environment = environment();
  state.children = child_processes();
  return state;
}

std::vector<std::string> differences(const ProcessState& before, const ProcessState& after) {
  std::vector<std::string> found;
  if (after.threads > before.threads) found.push_back(concat(after.threads - before.threads, " threads are new"));
  compare(before.descriptors, after.descriptors, "descriptor", found);
  compare(before.handlers, after.handlers, "the handler of signal", found);
  compare(before.environment, after.environment, "the environment variable", found);
  const auto compare_text = [&](const std::string& old, const std::string& now, const char* what) {
    if (old != now) found.push_back(concat(what, " was '", old, "' and is '", now, "'"));
  };
  compare_text(before.signal_mask, after.signal_mask, "the thread's mask of blocked signals");
  compare_text(before.locale, after.locale, "the locale");
  compare_text(before.folder, after.folder, "the current folder");
  compare_text(before.floating_point, after.floating_point, "the floating-point mode");
  compare_text(std::to_string(before.umask), std::to_string(after.umask), "the umask");
  if (after.children.size() > before.children.size())
    found.push_back(concat(after.children.size() - before.children.size(), " child processes are new"));
  return found;
}

uint64_t heap_in_use() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

std::string join(const std::vector<std::string>& sentences) {
  std::string text;
  for (const std::string& sentence : sentences) text += (text.empty() ? "" : "; ") + sentence;
  return text;
}

}  // namespace mortise::conformance
