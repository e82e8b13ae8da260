// MemoryLedger: what a provider took through mortise.host-memory and has not given back, and refusals on demand.
// Thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "mortise/sdk/result.h"

namespace mortise::conformance {

class MemoryLedger {
 public:
  // Whether the next request is granted; to be asked before memory is looked for.
  Status grant(uint64_t bytes);
  void took(const void* data, uint64_t bytes);
  // Empty if the block may be released with this size, otherwise what is wrong; a wrong one is left alone.
  std::string give_back(const void* data, uint64_t bytes);

  // Refuses the nth request from now on (1: the next one); 0: none.
  void refuse(uint64_t nth);
  // Requests since the last refuse().
  uint64_t requests() const;
  uint64_t outstanding_blocks() const;
  uint64_t outstanding_bytes() const;

 private:
  mutable std::mutex mutex_;
  std::map<const void*, uint64_t> blocks_;
  uint64_t refused_ = 0;
  uint64_t requests_ = 0;
};

}  // namespace mortise::conformance
