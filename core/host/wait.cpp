#include "core/host/wait.h"

#include <tbb/task.h>

#include "core/base/tsan.h"

#if defined(MORTISE_TSAN) || defined(__SANITIZE_ADDRESS__)
#define MORTISE_ONE_STACK 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MORTISE_ONE_STACK 1
#endif
#endif

namespace mortise {

bool can_suspend() {
#if defined(MORTISE_ONE_STACK)
  return false;
#else
  return true;
#endif
}

void Wait::wait() {
  if (!can_suspend() || waiting_ == Waiting::kSleep) {
    woken_.acquire();
    return;
  }
  if (state_.load(std::memory_order_acquire) != nullptr) return;
  tbb::task::suspend([this](tbb::task::suspend_point task) {
    // Not touched after the exchange: the task may be running again, and this object gone.
    void* expected = nullptr;
    if (!state_.compare_exchange_strong(expected, task, std::memory_order_acq_rel)) tbb::task::resume(task);
  });
}

void Wait::wake() {
  if (!can_suspend() || waiting_ == Waiting::kSleep) {
    woken_.release();
    return;
  }
  void* task = state_.exchange(this, std::memory_order_acq_rel);
  if (task != nullptr) tbb::task::resume(static_cast<tbb::task::suspend_point>(task));
}

}  // namespace mortise
