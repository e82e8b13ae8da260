// MappedFile: a file as read-only memory, one mapping for all who have it open.
//
// Thread-safe and immutable. A file that is cut short or overwritten while it is mapped ends the process (SIGBUS) or
// changes what is read: whoever may write to a model's files is trusted that far; replacing one by renaming is safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <utility>

#include "mortise/sdk/result.h"

namespace mortise {

class MappedFile : public std::enable_shared_from_this<MappedFile> {
 public:
  // Fails, naming the path, unless it is a regular file that can be read. A file that is open already and has not
  // changed since is not mapped again.
  static Result<std::shared_ptr<const MappedFile>> open(const std::filesystem::path& path);

  virtual ~MappedFile() = default;
  std::span<const std::byte> bytes() const { return bytes_; }

  // A part of bytes() at an address that is a multiple of `alignment`: the part itself where it is, otherwise a copy,
  // which all who ask for it share. The result keeps alive what it points to.
  Result<std::shared_ptr<const void>> aligned(std::span<const std::byte> part, uint64_t alignment) const;

 protected:
  std::span<const std::byte> bytes_;

 private:
  mutable std::mutex mutex_;  // of copies_
  mutable std::map<std::pair<const std::byte*, size_t>, std::weak_ptr<const void>> copies_;
};

}  // namespace mortise
