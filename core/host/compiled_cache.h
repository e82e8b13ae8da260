// CompiledCache: a folder in which the host keeps what providers compiled, so that the next start is fast.
//
// One file per compiled segment: a header, the whole key, the provider's blob and its checksum. A file that is damaged,
// truncated or of another key counts as none. Files are written beside their name and renamed, so several processes may
// share the folder. It is never emptied: delete it at will. Thread-safe.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "mortise/sdk/result.h"

namespace mortise {

class CompiledCache {
 public:
  explicit CompiledCache(std::filesystem::path folder) : folder_(std::move(folder)) {}

  // The blob that was stored under the key.
  std::optional<std::string> find(std::string_view key) const;
  // Makes the folder if need be. Errors name the file.
  Status store(std::string_view key, std::string_view blob) const;

 private:
  std::filesystem::path file_of(std::string_view key) const;

  std::filesystem::path folder_;
};

}  // namespace mortise
