// The host's clock, on which profiles are: monotonic, in nanoseconds. Thread-safe.
#pragma once

#include <chrono>
#include <cstdint>

namespace mortise {

inline uint64_t now_ns() {
  const auto since_start = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(since_start).count());
}

}  // namespace mortise
