// ExternalData: the folder that a model's external data is confined to.
//
// Remembers the files it has opened, so that a thousand tensors in one file look it up once. Not thread-safe.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string_view>

#include "core/model/mapped_file.h"
#include "mortise/sdk/result.h"

namespace mortise {

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
