#include "conformance/host/memory_ledger.h"

#include <numeric>

namespace mortise::conformance {

Status MemoryLedger::grant(uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  if (++requests_ != refused_) return {};
  return make_error(StatusCode::kResourceExhausted, "the host refuses ", bytes, " bytes, as this case asks");
}

void MemoryLedger::took(const void* data, uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  blocks_[data] = bytes;
}

std::string MemoryLedger::give_back(const void* data, uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  const auto block = blocks_.find(data);
  if (block == blocks_.end()) return "memory was released that the host did not give, or that was released before";
  if (block->second != bytes) return concat("memory of ", block->second, " bytes was released as ", bytes);
  blocks_.erase(block);
  return {};
}

void MemoryLedger::refuse(uint64_t nth) {
  const std::lock_guard lock(mutex_);
  refused_ = nth;
  requests_ = 0;
}

uint64_t MemoryLedger::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

uint64_t MemoryLedger::outstanding_blocks() const {
  const std::lock_guard lock(mutex_);
  return blocks_.size();
}

uint64_t MemoryLedger::outstanding_bytes() const {
  const std::lock_guard lock(mutex_);
  return std::accumulate(blocks_.begin(), blocks_.end(), uint64_t{0},
                         [](uint64_t sum, const auto& block) { return sum + block.second; });
}

}  // namespace mortise::conformance
