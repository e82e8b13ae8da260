// MemoryBudget: the memory that the runs of one session may have at a time, whoever takes it.
//
// Counts what lives: arenas and kept frames, outputs (until the application lets go of them), loop results, values that
// providers make, and the temporaries of providers that use mortise.host-memory. No block counts for less than
// kLeastBlock, as small values take more than their bytes. Not counted: the model's weights,
// which are mapped, inputs, and what a plugin allocates for itself. Costs nothing where nothing is allocated.
//
// Thread-safe. Tensors keep their budget alive.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "mortise/sdk/tensor.h"

namespace mortise {

class MemoryBudget : public std::enable_shared_from_this<MemoryBudget> {
 public:
  // Bytes that a tensor of one number takes, about: with glibc 144 for the aligned block and its owner, and the Value
  // that refers to it.
  static constexpr uint64_t kLeastBlock = 320;

  // 0: as much as the machine has, so that a size no machine can serve is refused with a sentence all the same.
  explicit MemoryBudget(uint64_t limit_mib);

  // As Tensor::allocate; RESOURCE_EXHAUSTED, with the bytes asked, the limit and a remedy, where the limit would be
  // passed.
  Result<Tensor> allocate(DType dtype, const Shape& shape);
  // Aligned as tensors are. release() takes the same number of bytes.
  Result<void*> allocate(uint64_t bytes);
  void release(void* data, uint64_t bytes);
  // Counts memory that somebody takes elsewhere, until the result and its copies are gone.
  Result<std::shared_ptr<void>> charge(uint64_t bytes);

  // OK if so many bytes could be had if nothing else were in use.
  Status check(uint64_t bytes) const;

  uint64_t limit() const { return limit_; }
  uint64_t in_use() const { return in_use_.load(std::memory_order_relaxed); }
  // How often allocate() has refused: whether a failed run failed for that reason.
  uint64_t refusals() const { return refusals_.load(std::memory_order_relaxed); }

 private:
  Status refuse(uint64_t bytes, uint64_t in_use) const;
  // A block more or less in use.
  Status take(uint64_t bytes);
  void give_back(uint64_t bytes);

  const bool configured_;
  const uint64_t limit_;
  std::atomic<uint64_t> in_use_{0};
  std::atomic<uint64_t> refusals_{0};
};

}  // namespace mortise
