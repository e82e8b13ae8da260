#include "core/host/memory_budget.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "core/base/system_memory.h"

namespace mortise {
namespace {

constexpr auto kAlignment = std::align_val_t(Tensor::kAlignment);
// More than a process can address; sums of a few million of them still fit 64 bits.
constexpr uint64_t kMostMib = uint64_t{1} << 20;

}  // namespace

MemoryBudget::MemoryBudget(uint64_t limit_mib)
    : configured_(limit_mib != 0),
      limit_(configured_ ? std::min(limit_mib, kMostMib) << 20 : std::min(system_memory_bytes(), kMostMib << 20)) {}

Status MemoryBudget::refuse(uint64_t bytes, uint64_t in_use) const {
  const std::string used =
      in_use == 0 ? std::string() : concat(", of which ", in_use, " are in use and ", limit_ - in_use, " left");
  if (configured_) {
    return make_error(StatusCode::kResourceExhausted, bytes, " bytes are over the limit of ", limit_,
                      " bytes for the runs of this session", used,
                      "; raise session.memory_limit_mib, or give smaller inputs");
  }
  return make_error(StatusCode::kResourceExhausted, bytes, " bytes are more than this machine can give, which has ",
                    limit_, " bytes of memory", used, "; give smaller inputs");
}

Status MemoryBudget::check(uint64_t bytes) const { return bytes <= limit_ ? Status() : refuse(bytes, 0); }

Status MemoryBudget::take(uint64_t bytes) {
  const uint64_t cost = std::max(bytes, kLeastBlock);
  uint64_t before = in_use_.load(std::memory_order_relaxed);
  while (cost <= limit_ && before <= limit_ - cost) {
    if (in_use_.compare_exchange_weak(before, before + cost, std::memory_order_relaxed)) return {};
  }
  refusals_.fetch_add(1, std::memory_order_relaxed);
  return refuse(cost, before);
}

void MemoryBudget::give_back(uint64_t bytes) {
  in_use_.fetch_sub(std::max(bytes, kLeastBlock), std::memory_order_relaxed);
}

Result<void*> MemoryBudget::allocate(uint64_t bytes) {
  MORTISE_TRY(take(bytes));
  if (void* data = ::operator new(std::max<uint64_t>(bytes, 1), kAlignment, std::nothrow)) return data;
  give_back(bytes);
  refusals_.fetch_add(1, std::memory_order_relaxed);
  return refuse(bytes, in_use());
}

void MemoryBudget::release(void* data, uint64_t bytes) {
  ::operator delete(data, kAlignment);
  give_back(bytes);
}

Result<std::shared_ptr<void>> MemoryBudget::charge(uint64_t bytes) {
  MORTISE_TRY(take(bytes));
  return std::shared_ptr<void>(this, [self = shared_from_this(), bytes](void*) { self->give_back(bytes); });
}

Result<Tensor> MemoryBudget::allocate(DType dtype, const Shape& shape) {
  MORTISE_ASSIGN(const uint64_t bytes, Tensor::storage_size(dtype, shape));
  auto data = allocate(bytes);
  if (!data.ok()) return std::move(data).status().context(concat("a tensor ", to_string(dtype), to_string(shape)));
  if (dtype == DType::kString) std::memset(*data, 0, bytes);
  return Tensor::view(dtype, shape, *data, std::shared_ptr<void>(*data, [self = shared_from_this(), bytes](void* p) {
                        self->release(p, bytes);
                      }));
}

}  // namespace mortise
