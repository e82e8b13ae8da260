// Measuring memory and whole processes, which Google Benchmark does not.
#pragma once

#include <functional>
#include <type_traits>

namespace mortise::bench {

// Of this process, in MiB.
struct Memory {
  double resident = 0;      // every page that is mapped and present
  double proportional = 0;  // the same, but a page mapped n times counts 1/n each: adds up over sharers
  double anonymous = 0;     // pages that belong to no file: copies
  double peak = 0;          // the most that was ever resident
};
Memory memory_now();

// Calls work(buffer) in a child process, which must fill `size` bytes, and copies them here. Throws if the child fails.
// What one case leaves behind in the allocator cannot touch the next. The caller has no other threads.
void in_child(void* result, size_t size, const std::function<void(void*)>& work);

template <class Figures, class Work>
Figures in_child(Work&& work) {
  static_assert(std::is_trivially_copyable_v<Figures>);
  Figures figures{};
  in_child(&figures, sizeof figures, [&](void* buffer) { *static_cast<Figures*>(buffer) = work(); });
  return figures;
}

}  // namespace mortise::bench
