// LastPlan: what a kernel has worked out for the shapes of its last run, kept for the next one.
//
// Shapes seldom change from run to run, so one plan is enough. Runs of several threads share it, and each holds the one
// that it works with: the only state that a kernel may have. Thread-safe.
#pragma once

#include <memory>
#include <mutex>

#include "providers/reference/kernel.h"

namespace mortise::reference {

// Plan has `bool fits(const KernelContext&) const`: whether it is for the inputs of this run.
template <class Plan>
class LastPlan {
 public:
  // make: gives a Result<Plan>; called where the last plan does not fit.
  template <class Make>
  Result<std::shared_ptr<const Plan>> get(const KernelContext& context, Make&& make) {
    if (auto plan = last(); plan != nullptr && plan->fits(context)) return plan;
    MORTISE_ASSIGN(Plan made, make());
    auto plan = std::make_shared<const Plan>(std::move(made));
    const std::lock_guard lock(mutex_);
    last_ = plan;
    return plan;
  }

 private:
  std::shared_ptr<const Plan> last() {
    const std::lock_guard lock(mutex_);
    return last_;
  }

  std::mutex mutex_;
  std::shared_ptr<const Plan> last_;
};

}  // namespace mortise::reference
