#include "conformance/host/guarded_memory.h"

#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <cstring>

#include "conformance/host/call_page.h"

namespace mortise::conformance {

namespace {

constexpr uint8_t kCanary = 0xC5;

uint64_t page_size() {
  static const auto size = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  return size;
}
uint64_t round_up(uint64_t value, uint64_t to) { return (value + to - 1) / to * to; }

// The live blocks, for the signal handler: a fixed table, so that it takes no lock. A block that finds no place is
// guarded all the same, only not named.
std::array<std::atomic<const GuardedBlock*>, 4096> live_blocks;

void add_live(const GuardedBlock* block) {
  for (auto& place : live_blocks) {
    const GuardedBlock* none = nullptr;
    if (place.compare_exchange_strong(none, block)) return;
  }
}
void remove_live(const GuardedBlock* block) {
  for (auto& place : live_blocks) {
    const GuardedBlock* expected = block;
    if (place.compare_exchange_strong(expected, nullptr)) return;
  }
}

// "12 bytes behind input 0"; empty if the address is in none. Signal-safe but for snprintf, which glibc's is for
// integers and strings.
void describe_address(const void* address, char* text, size_t size) {
  const auto at = reinterpret_cast<uintptr_t>(address);
  for (const auto& place : live_blocks) {
    const GuardedBlock* block = place.load();
    if (block == nullptr) continue;
    const auto begin = reinterpret_cast<uintptr_t>(block->data());
    const uintptr_t end = begin + block->size();
    if (at >= begin && at < end) {
      std::snprintf(
          text, size,
          block->sealed() ? "touched %s after its time, at byte %llu" : "wrote to %s, which is read-only, at byte %llu",
          block->label().c_str(), static_cast<unsigned long long>(at - begin));
    } else if (at >= end && at < round_up(end, page_size()) + page_size()) {
      std::snprintf(text, size, "touched byte %llu behind the end of %s", static_cast<unsigned long long>(at - end),
                    block->label().c_str());
    } else {
      continue;
    }
    return;
  }
}

void on_fault(int signal, siginfo_t* info, void*) {
  describe_address(info->si_addr, call_page().fault, sizeof(CallPage::fault));
  // Back to the default, which strikes when the instruction is repeated.
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  sigaction(signal, &action, nullptr);
}

struct BlockOwner {
  std::shared_ptr<GuardedBlock> block;
  void operator()(void*) const {}
};

}  // namespace

Result<std::shared_ptr<GuardedBlock>> GuardedBlock::create(uint64_t bytes, std::string label) {
  const uint64_t page = page_size();
  if (bytes > (uint64_t{1} << 40)) return make_error(StatusCode::kResourceExhausted, label, " has ", bytes, " bytes");
  std::shared_ptr<GuardedBlock> block(new GuardedBlock);
  block->label_ = std::move(label);
  block->size_ = bytes;
  block->writable_ = page + round_up(bytes, page);
  block->mapped_ = block->writable_ + page;
  void* mapping = mmap(nullptr, block->mapped_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapping == MAP_FAILED) {
    return make_error(StatusCode::kResourceExhausted, "no memory for ", block->label_, " of ", bytes, " bytes");
  }
  block->mapping_ = static_cast<uint8_t*>(mapping);
  mprotect(block->mapping_ + block->writable_, page, PROT_NONE);
  block->data_ = block->mapping_ + block->writable_ - round_up(bytes, Tensor::kAlignment);
  std::memset(block->mapping_, kCanary, static_cast<size_t>(block->data_ - block->mapping_));
  std::memset(block->data_ + bytes, kCanary, static_cast<size_t>(round_up(bytes, Tensor::kAlignment) - bytes));
  add_live(block.get());
  return block;
}

GuardedBlock::~GuardedBlock() {
  if (mapping_ == nullptr) return;
  remove_live(this);
  munmap(mapping_, mapped_);
}

void GuardedBlock::set_read_only(bool read_only) {
  mprotect(mapping_, writable_, read_only ? PROT_READ : PROT_READ | PROT_WRITE);
}

void GuardedBlock::seal() {
  sealed_ = true;
  mprotect(mapping_, writable_, PROT_NONE);
}

void GuardedBlock::poison(int variant) {
  // An element that nobody writes differs between runs, and a sum that begins with it is not small.
  std::memset(data_, variant == 0 ? 0xFF : 0x7F, size_);
}

std::string GuardedBlock::damage() const {
  const auto count = [](const uint8_t* begin, const uint8_t* end) {
    return std::count_if(begin, end, [](uint8_t byte) { return byte != kCanary; });
  };
  const auto before = count(mapping_, data_);
  const auto behind = count(data_ + size_, mapping_ + writable_);
  if (behind != 0) return concat(behind, " bytes behind the end of ", label_, " were written");
  if (before != 0) return concat(before, " bytes before the beginning of ", label_, " were written");
  return {};
}

Result<Tensor> guarded_tensor(DType dtype, const Shape& shape, std::string label) {
  MORTISE_ASSIGN(const uint64_t bytes, Tensor::storage_size(dtype, shape));
  MORTISE_ASSIGN(std::shared_ptr<GuardedBlock> block, GuardedBlock::create(bytes, std::move(label)));
  void* data = block->data();
  return Tensor::view(dtype, shape, data, std::shared_ptr<void>(data, BlockOwner{std::move(block)}));
}

Result<Tensor> guarded_copy(const Tensor& tensor, std::string label) {
  MORTISE_ASSIGN(Tensor copy, guarded_tensor(tensor.dtype(), tensor.shape(), std::move(label)));
  if (tensor.size_bytes() != 0) std::memcpy(copy.raw(), tensor.raw(), tensor.size_bytes());
  return copy;
}

GuardedBlock* block_of(const Tensor& tensor) {
  const auto* owner = std::get_deleter<BlockOwner>(tensor.owner());
  return owner != nullptr ? owner->block.get() : nullptr;
}

void install_fault_handler() {
  static std::array<char, 64 * 1024> stack;
  const stack_t alternative = {.ss_sp = stack.data(), .ss_flags = 0, .ss_size = stack.size()};
  sigaltstack(&alternative, nullptr);
  struct sigaction action {};
  action.sa_sigaction = on_fault;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigaction(SIGSEGV, &action, nullptr);
  sigaction(SIGBUS, &action, nullptr);
}

}  // namespace mortise::conformance
