// GuardedBlock: memory for one tensor in which a provider cannot go astray unseen.
//
//   | page: canary … | canary | data, aligned to 64 | canary up to 63 bytes | page without access |
//
// The data ends as near to the page without access as its alignment allows; the bytes between and all bytes before are
// canaries. A touched guard page, or a write to a read-only block, is a SIGSEGV whose place install_fault_handler()
// puts into the call page. Thread-safe per block; protecting is for the thread that owns it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "mortise/sdk/tensor.h"

namespace mortise::conformance {

class GuardedBlock {
 public:
  // label: "input 0", for sentences. Fails for want of memory.
  static Result<std::shared_ptr<GuardedBlock>> create(uint64_t bytes, std::string label);
  ~GuardedBlock();
  GuardedBlock(const GuardedBlock&) = delete;
  GuardedBlock& operator=(const GuardedBlock&) = delete;

  void* data() const { return data_; }
  uint64_t size() const { return size_; }
  const std::string& label() const { return label_; }
  bool sealed() const { return sealed_; }
  void set_read_only(bool read_only);
  // From now on nobody may touch the data: whoever does used it after its time.
  void seal();
  // Fills the data with bytes that depend on `variant`: all ones (0), a NaN of IEEE's types, or 0x7F (1), large or a NaN.
  void poison(int variant);
  // Empty, or what was written outside the data: "4 bytes behind input 0 were written".
  std::string damage() const;

 private:
  GuardedBlock() = default;

  std::string label_;
  uint8_t* mapping_ = nullptr;
  uint64_t mapped_ = 0;    // bytes, the page without access included
  uint64_t writable_ = 0;  // bytes before that page
  uint8_t* data_ = nullptr;
  uint64_t size_ = 0;
  bool sealed_ = false;
};

// A tensor in a block of its own, which the tensor owns; contents are not set.
Result<Tensor> guarded_tensor(DType dtype, const Shape& shape, std::string label);
// A copy in guarded memory.
Result<Tensor> guarded_copy(const Tensor& tensor, std::string label);
// The block of a guarded tensor; null for any other.
GuardedBlock* block_of(const Tensor& tensor);

// Makes SIGSEGV and SIGBUS say in the call page which block was touched where, and then kill the process as they would
// have. Once per process.
void install_fault_handler();

}  // namespace mortise::conformance
