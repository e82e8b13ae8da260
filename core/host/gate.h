// Gate: lets one run at a time pass, in the order of arrival; what a provider's concurrency class asks for.
//
// Unlike a mutex it may be left by another thread than the one that entered, and who waits in a task of the arena does
// not hold up its thread. Allocates nothing. Thread-safe.
#pragma once

#include <mutex>

#include "core/host/wait.h"

namespace mortise {

class Gate {
 public:
  Gate() = default;
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  void enter(Waiting waiting);
  void leave();

 private:
  struct Waiter {
    Wait wait;
    Waiter* next = nullptr;
  };

  std::mutex mutex_;
  bool taken_ = false;
  Waiter* first_ = nullptr;
  Waiter* last_ = nullptr;
};

}  // namespace mortise
