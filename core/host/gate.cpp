#include "core/host/gate.h"

namespace mortise {

void Gate::enter(Waiting waiting) {
  Waiter self{.wait = Wait(waiting)};
  {
    const std::lock_guard lock(mutex_);
    if (!taken_) {
      taken_ = true;
      return;
    }
    (last_ != nullptr ? last_->next : first_) = &self;
    last_ = &self;
  }
  self.wait.wait();
}

void Gate::leave() {
  Waiter* next = nullptr;
  {
    const std::lock_guard lock(mutex_);
    next = first_;
    if (next == nullptr) {
      taken_ = false;
      return;
    }
    first_ = next->next;
    if (first_ == nullptr) last_ = nullptr;
  }
  next->wait.wake();  // the gate stays taken, now by that one
}

}  // namespace mortise
