// Read-only mapped files, and the folder that a model's external data is confined to.
//
// MappedFile is shared and immutable. ExternalData remembers the files it has mapped, so that a thousand tensors in one
// file map it once; it is not thread-safe. A file that is cut short while it is mapped ends the process (SIGBUS):
// whoever may write to the model's folder is trusted that far.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string_view>

#include "mortise/sdk/result.h"

namespace mortise {

class MappedFile {
 public:
  // Fails, naming the path, unless it is a regular file that can be read.
  static Result<std::shared_ptr<const MappedFile>> open(const std::filesystem::path& path);

  virtual ~MappedFile() = default;
  std::span<const std::byte> bytes() const { return bytes_; }

 protected:
  std::span<const std::byte> bytes_;
};

class ExternalData {
 public:
  explicit ExternalData(std::filesystem::path folder) : folder_(std::move(folder)) {}

  // The file at `location`, a relative path. Refuses an absolute path, "..", and a symbolic link that leads out of the
  // folder.
  Result<std::shared_ptr<const MappedFile>> file(std::string_view location);

 private:
  std::filesystem::path folder_;
  std::map<std::filesystem::path, std::shared_ptr<const MappedFile>> files_;
};

}  // namespace mortise
