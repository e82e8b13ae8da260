#include "core/model/external_data.h"

#include <algorithm>
#include <system_error>

namespace mortise {

namespace fs = std::filesystem;

Result<std::shared_ptr<const MappedFile>> ExternalData::file(std::string_view location) {
  const auto refuse = [&](const auto&... why) {
    return make_error(StatusCode::kPermissionDenied, "external data '", location, "' ", why...);
  };
  const fs::path relative{std::string(location.substr(0, location.find('\0')))};
  if (relative.empty()) return refuse("has no location");
  if (relative.is_absolute() || relative.has_root_path()) {
    return refuse("is an absolute path; it must be relative to the model's folder");
  }
  if (std::find(relative.begin(), relative.end(), "..") != relative.end()) {
    return refuse("contains '..'; it must stay within the model's folder");
  }
  if (folder_.empty()) return refuse("cannot be found: the model came from memory and no folder was given with it");

  std::error_code error;
  const fs::path root = fs::canonical(folder_, error);
  if (error) return refuse("cannot be found: ", folder_.string(), ": ", error.message());
  const fs::path path = fs::canonical(root / relative, error);
  if (error) {
    return make_error(StatusCode::kNotFound, "external data '", location, "' is not in ", root.string(), ": ",
                      error.message(), "; keep it beside the model");
  }
  if (std::mismatch(root.begin(), root.end(), path.begin(), path.end()).first != root.end()) {
    return refuse("leads out of the model's folder by a symbolic link; copy the file into the folder");
  }
  auto& found = files_[path];
  if (!found) {
    MORTISE_ASSIGN(found, MappedFile::open(path));
  }
  return found;
}

}  // namespace mortise
