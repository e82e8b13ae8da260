// The host half of mortise.parallel-for: lends the session's threads to providers that compute on the CPU.
//
// Every body gets exactly one grain, so ranges do not depend on the number of threads. Inside the arena a thread's slot
// is its worker number; one thread outside the arena, doing small work by itself, has the number after them.
#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>

#include <algorithm>

#include "core/base/tsan.h"
#include "core/host/ext/extensions.h"
#include "core/host/host_context.h"
#include "core/host/thread_role.h"

namespace mortise {

namespace {

using Body = void(MORTISE_ABI*)(void* context, uint64_t begin, uint64_t end, uint32_t worker);

// The grains [first, last) of [0, count), one body after the other.
void run_grains(uint64_t first, uint64_t last, uint64_t count, uint64_t grain, Body body, void* context,
                uint32_t worker) {
  const ScopedWorker role;
  for (uint64_t i = first; i < last; ++i) {
    const uint64_t begin = i * grain;
    body(context, begin, begin + std::min(grain, count - begin), worker);
  }
}

void run_in_arena(uint64_t grains, uint64_t count, uint64_t grain, Body body, void* context) {
  char handed_out = 0;
  char handed_back = 0;
  tsan_release(&handed_out);
  // Isolated: while this thread waits for the last grains it takes no other work, such as another run's segment or an
  // outer call's grain, whose body would then share this worker number.
  tbb::this_task_arena::isolate([&] {
    tbb::parallel_for(tbb::blocked_range<uint64_t>(0, grains), [&](const tbb::blocked_range<uint64_t>& range) {
      tsan_acquire(&handed_out);
      const auto worker = static_cast<uint32_t>(tbb::this_task_arena::current_thread_index());
      run_grains(range.begin(), range.end(), count, grain, body, context, worker);
      tsan_release(&handed_back);
    });
  });
  tsan_acquire(&handed_back);
}

void parallel_for(const mortise_host_t* host, uint64_t count, uint64_t grain, Body body, void* context) {
  if (count == 0 || body == nullptr) return;
  grain = std::max<uint64_t>(grain, 1);
  const uint64_t grains = count / grain + (count % grain != 0 ? 1 : 0);
  HostContext& self = HostContext::of(host);
  if (grains == 1 || self.threads() == 1) {
    run_grains(0, grains, count, grain, body, context, self.threads());
    return;
  }
  // A thread outside the arena may be handed its call back by another thread, when all slots are taken.
  char entered = 0;
  char left = 0;
  tsan_release(&entered);
  self.arena().execute([&] {
    tsan_acquire(&entered);
    run_in_arena(grains, count, grain, body, context);
    tsan_release(&left);
  });
  tsan_acquire(&left);
}

}  // namespace

const mortise_host_parallel_for_t kHostParallelFor = {
    .max_workers = [](const mortise_host_t* host) noexcept { return HostContext::of(host).max_workers(); },
    .parallel_for = parallel_for,
};

}  // namespace mortise
