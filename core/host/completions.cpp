#include "core/host/completions.h"

namespace mortise {

CompletionRegistry::CompletionRegistry() : slots_(kMaxPending) {
  free_.reserve(kMaxPending);
  for (uint32_t i = kMaxPending; i > 0; --i) free_.push_back(i - 1);
}

std::optional<uint64_t> CompletionRegistry::add(Completion completion) {
  const std::lock_guard lock(mutex_);
  if (free_.empty()) return std::nullopt;
  const uint32_t index = free_.back();
  free_.pop_back();
  slots_[index].completion = completion;
  slots_[index].pending = true;
  return (uint64_t{slots_[index].generation} << 32) | index;
}

std::optional<Completion> CompletionRegistry::take(uint64_t run_id) {
  const auto index = static_cast<uint32_t>(run_id);
  const std::lock_guard lock(mutex_);
  if (index >= slots_.size()) return std::nullopt;
  Slot& slot = slots_[index];
  if (!slot.pending || slot.generation != static_cast<uint32_t>(run_id >> 32)) return std::nullopt;
  slot.pending = false;
  ++slot.generation;
  free_.push_back(index);
  return slot.completion;
}

bool CompletionRegistry::complete(uint64_t run_id, mortise_status status, const mortise_error_t* error) {
  const std::optional<Completion> completion = take(run_id);
  if (!completion) return false;
  if (completion->gate != nullptr) completion->gate->leave();
  completion->done(completion->context, status, error);
  return true;
}

bool CompletionRegistry::cancel(uint64_t run_id) { return take(run_id).has_value(); }

}  // namespace mortise
