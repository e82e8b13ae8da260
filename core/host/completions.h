// CompletionRegistry: run ids of asynchronous runs, and who waits for them.
//
// A run id is a slot number and a generation, so that an id that a broken plugin invented, repeats or reports late is
// recognised instead of followed. Allocates nothing after construction. Thread-safe.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include "core/host/gate.h"
#include "mortise/status.h"

namespace mortise {

// Called once, on the thread that reports the completion. error is null or valid during the call.
struct Completion {
  void (*done)(void* context, mortise_status status, const mortise_error_t* error) = nullptr;
  void* context = nullptr;
  // Left before `done` is called, if there is one.
  Gate* gate = nullptr;
};

class CompletionRegistry {
 public:
  static constexpr uint32_t kMaxPending = 4096;

  CompletionRegistry();

  // Nothing if kMaxPending runs are pending.
  std::optional<uint64_t> add(Completion completion);
  // Calls and forgets the completion; false if the id is not pending.
  bool complete(uint64_t run_id, mortise_status status, const mortise_error_t* error);
  // Forgets the completion without calling it (submit() failed); false if the id is not pending.
  bool cancel(uint64_t run_id);

 private:
  struct Slot {
    Completion completion;
    uint32_t generation = 1;
    bool pending = false;
  };
  std::optional<Completion> take(uint64_t run_id);

  std::mutex mutex_;
  std::vector<Slot> slots_;
  std::vector<uint32_t> free_;
};

}  // namespace mortise
