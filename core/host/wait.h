// Wait: one thread of control waits until another says that something has happened, once.
//
// In a task of the host's arena the task is suspended (oneTBB), so that its thread takes other work meanwhile; the code
// after wait() may then run on another thread. Elsewhere the thread sleeps. Nothing is allocated but oneTBB's own
// stacks, which it keeps. Under ThreadSanitizer and AddressSanitizer, which cannot follow a change of stacks, every wait
// sleeps.
//
// No lock, no ScopedRole and no reference to thread-local data may be held across wait().
#pragma once

#include <atomic>
#include <cstdint>
#include <semaphore>

namespace mortise {

// How the caller may wait: kSuspend only in a task of the host's arena.
enum class Waiting : uint8_t { kSleep, kSuspend };

// False where every wait sleeps.
bool can_suspend();

class Wait {
 public:
  explicit Wait(Waiting waiting) : waiting_(waiting) {}
  Wait(const Wait&) = delete;
  Wait& operator=(const Wait&) = delete;

  // Returns once wake() has been called, before or after.
  void wait();
  // Exactly once, from any thread. The object may be gone when it returns.
  void wake();

 private:
  Waiting waiting_;
  std::binary_semaphore woken_{0};     // kSleep
  std::atomic<void*> state_{nullptr};  // kSuspend: null, the suspended task, or this object's address once it is woken
};

}  // namespace mortise
