#include "core/host/registry.h"

#include <dlfcn.h>
#include <link.h>

#include <algorithm>
#include <cstdlib>
#include <set>

namespace mortise {

namespace {

using std::filesystem::path;

// Bounds what a hostile folder can cost.
constexpr size_t kMaxManifests = 4096;

// An absolute folder from the environment; nothing when the process runs with raised privileges.
path from_environment(const char* name) {
  const char* value = secure_getenv(name);
  const path folder = value != nullptr ? value : "";
  return folder.is_absolute() ? folder : path();
}

void add_search_path(std::vector<path>& folders) {
  const char* value = secure_getenv("MORTISE_PROVIDER_PATH");
  std::string_view rest = value != nullptr ? value : "";
  while (!rest.empty()) {
    const size_t end = std::min(rest.find(':'), rest.size());
    if (const path folder = rest.substr(0, end); folder.is_absolute()) folders.push_back(folder);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

// The file that holds this code: the shared library, or the program that core is linked into. Empty if unknown.
path own_file() {
  Dl_info info;
  link_map* map = nullptr;
  const auto* here = reinterpret_cast<const void*>(&default_manifest_folders);
  if (dladdr1(here, &info, reinterpret_cast<void**>(&map), RTLD_DL_LINKMAP) == 0) return {};
  // The program has no name among the loaded objects.
  if (map->l_name[0] != '\0') return map->l_name;
  std::error_code code;
  return std::filesystem::read_symlink("/proc/self/exe", code);
}

// lib/mortise of the prefix in which `file` is installed: as bin/x, lib/x, lib64/x or lib/<multiarch>/x.
path plugins_of_prefix(const path& file) {
  const path folder = file.parent_path().parent_path();
  return (folder.filename() == "lib" ? folder : folder / "lib") / "mortise";
}

// The *.json of a folder, sorted.
std::vector<path> manifest_files(const path& folder) {
  std::vector<path> files;
  std::error_code code;
  std::filesystem::directory_iterator entry(folder, code);
  for (; !code && entry != std::filesystem::directory_iterator() && files.size() < kMaxManifests;
       entry.increment(code)) {
    if (entry->path().extension() == ".json") files.push_back(entry->path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

std::vector<path> default_manifest_folders() {
  std::vector<path> folders;
  add_search_path(folders);
  path user = from_environment("XDG_CONFIG_HOME");
  if (user.empty()) {
    if (const path home = from_environment("HOME"); !home.empty()) user = home / ".config";
  }
  if (!user.empty()) folders.push_back(user / "mortise/providers.d");
  folders.emplace_back("/etc/mortise/providers.d");
  if (const path file = own_file(); file.is_absolute()) folders.push_back(plugins_of_prefix(file));
  return folders;
}

Registry Registry::scan(std::span<const path> folders) {
  Registry registry;
  for (const path& folder : folders) {
    if (!folder.is_absolute()) continue;
    registry.folders_.push_back(folder);
    for (const path& file : manifest_files(folder)) {
      Result<Manifest> manifest = load_manifest(file);
      if (!manifest.ok()) {
        registry.problems_.push_back(std::move(manifest).status());
      } else if (registry.find(manifest->id) == nullptr) {
        registry.manifests_.push_back(std::move(*manifest));
      }
    }
  }
  return registry;
}

const Manifest* Registry::find(std::string_view id) const {
  const auto found = std::find_if(manifests_.begin(), manifests_.end(), [&](const Manifest& m) { return m.id == id; });
  return found != manifests_.end() ? &*found : nullptr;
}

Result<path> Registry::find_library(std::string_view library, const path& base) const {
  const path named(library);
  if (named.is_absolute()) return named;
  if (named.has_parent_path()) return (base / named).lexically_normal();
  std::vector<path> folders = folders_;
  for (const Manifest& manifest : manifests_) folders.push_back(manifest.library.parent_path());
  if (!base.empty()) folders.insert(folders.begin(), base);
  std::string tried;
  std::set<path> seen;
  for (const path& folder : folders) {
    if (!seen.insert(folder).second) continue;
    std::error_code code;
    if (std::filesystem::is_regular_file(folder / named, code)) return folder / named;
    tried += concat(tried.empty() ? "" : ", ", folder.string());
  }
  return make_error(StatusCode::kNotFound, "no plugin '", library, "' in ", tried.empty() ? "any folder" : tried,
                    "; install it, or write its path");
}

}  // namespace mortise
