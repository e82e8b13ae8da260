#include "core/host/thread_role.h"

namespace mortise {

namespace {
thread_local ThreadRole role_of_thread = ThreadRole::kNone;
}  // namespace

ThreadRole current_role() { return role_of_thread; }
void set_current_role(ThreadRole role) { role_of_thread = role; }

}  // namespace mortise
