// What the current thread is doing for a provider: the truth behind the extension "mortise.thread-check/1".
//
// Whoever calls a provider holds a ScopedRole of the call's tag. Roles nest and are per thread.
#pragma once

#include <cstdint>

namespace mortise {

enum class ThreadRole : uint8_t { kNone, kSetup, kWorker };

// Not inline: there is one per thread, not one per shared object.
ThreadRole current_role();
void set_current_role(ThreadRole role);

class ScopedRole {
 public:
  explicit ScopedRole(ThreadRole role) : previous_(current_role()) { set_current_role(role); }
  ~ScopedRole() { set_current_role(previous_); }
  ScopedRole(const ScopedRole&) = delete;
  ScopedRole& operator=(const ScopedRole&) = delete;

 private:
  ThreadRole previous_;
};

struct ScopedSetup : ScopedRole {
  ScopedSetup() : ScopedRole(ThreadRole::kSetup) {}
};
struct ScopedWorker : ScopedRole {
  ScopedWorker() : ScopedRole(ThreadRole::kWorker) {}
};

}  // namespace mortise
