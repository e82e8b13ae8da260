#include "providers/reference/session.h"

namespace mortise::reference {

Session::~Session() {
  for (auto& slot : idle_) delete slot.load();
}

Status Session::run(const sdk::RunArgs& args) {
  std::unique_ptr<RunState> state;
  for (auto& slot : idle_) {
    if (slot.load(std::memory_order_relaxed) == nullptr) continue;
    state.reset(slot.exchange(nullptr, std::memory_order_acquire));
    if (state != nullptr) break;
  }
  if (state == nullptr) state = std::make_unique<RunState>(program_, host_);
  Status status = state->run(args);
  for (auto& slot : idle_) {
    RunState* empty = nullptr;
    if (slot.compare_exchange_strong(empty, state.get(), std::memory_order_release)) {
      static_cast<void>(state.release());
      break;
    }
  }
  return status;
}

}  // namespace mortise::reference
