// Registry: which providers are installed, as far as manifests say. Nothing is loaded here.
//
// Manifests (see manifest.h) are read from ordered folders, each in sorted order, as Vulkan's loader finds drivers. For
// one id the first manifest wins. One bad manifest never hides the others: its fault is among problems(). Immutable
// after scan(): any number of readers.
#pragma once

#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "core/host/manifest.h"

namespace mortise {

// $MORTISE_PROVIDER_PATH (folders separated by ':'), the user's mortise/providers.d, /etc/mortise/providers.d, and
// lib/mortise of the prefix in which Mortise is installed (or of its build folder). Relative folders are left out, and
// so is everything that comes from the environment when the process runs with raised privileges.
std::vector<std::filesystem::path> default_manifest_folders();

class Registry {
 public:
  static Registry scan(std::span<const std::filesystem::path> folders);

  std::span<const Manifest> manifests() const { return manifests_; }
  std::span<const Status> problems() const { return problems_; }
  // Null if no manifest has the id.
  const Manifest* find(std::string_view id) const;
  // Path of a library as a configuration names it: a bare file name is looked for in `base` (the configuration's
  // folder, or empty), in the folders of the registry and beside the libraries of manifests; another relative path
  // begins at `base`.
  Result<std::filesystem::path> find_library(std::string_view library, const std::filesystem::path& base) const;

 private:
  std::vector<std::filesystem::path> folders_;
  std::vector<Manifest> manifests_;
  std::vector<Status> problems_;
};

}  // namespace mortise
