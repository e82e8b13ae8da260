// ProcessState: what belongs to the whole process and a plugin must leave as it found it, seen at one moment.
//
// Two of them are compared: one from before a plugin did something, one from after. Linux only, from /proc.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace mortise::conformance {

struct ProcessState {
  uint64_t threads = 0;
  std::map<int, std::string> descriptors;  // number, what it is open on
  // By signal number: who handles it, its flags and mask, as text.
  std::map<int, std::string> handlers;
  std::string signal_mask;  // of the calling thread
  std::string locale;
  std::string folder;  // the current one
  uint32_t umask = 0;
  std::string floating_point;  // rounding, exceptions that trap, flushing of subnormals; of the calling thread
  std::map<std::string, std::string> environment;
  std::vector<int> children;
};

ProcessState process_state();

// The children of this process, dead ones that nobody has waited for included.
std::vector<int> child_processes();

// A sentence for everything that differs: "2 more threads than before", "descriptor 7 (/dev/dri/card0) was left open".
// Nothing says which thread or call did it.
std::vector<std::string> differences(const ProcessState& before, const ProcessState& after);

// Bytes of the heap in use, large blocks included.
uint64_t heap_in_use();

// The sentences in one; empty if nothing differs.
std::string join(const std::vector<std::string>& sentences);

}  // namespace mortise::conformance
