#include "core/host/manifest.h"

#include <charconv>

#include "core/config/json.h"
#include "core/config/schema_check.h"
#include "core/host/plugin_library.h"

namespace mortise {

namespace {

const nlohmann::json& manifest_schema() {
  static const nlohmann::json schema = nlohmann::json::parse(R"({
    "type": "object",
    "additionalProperties": false,
    "required": ["library", "id", "abi_version"],
    "properties": {
      "library": { "type": "string", "minLength": 1, "maxLength": 4096,
                   "description": "Path of the plugin, relative to the manifest." },
      "id": { "type": "string", "description": "The provider's id, such as 'com.vendor.npu'." },
      "abi_version": { "type": "string", "maxLength": 32,
                       "description": "The version of the plugin interface that the plugin was built with, such as '1.0'." }
    }
  })");
  return schema;
}

// "1.0" or "1.0.0"
bool parse_version(std::string_view text, mortise_version_t& version) {
  uint32_t* const parts[] = {&version.major, &version.minor, &version.revision};
  const char* next = text.data();
  const char* const end = next + text.size();
  for (size_t i = 0; i < std::size(parts); ++i) {
    const auto [stop, fault] = std::from_chars(next, end, *parts[i]);
    if (fault != std::errc()) return false;
    if (stop == end) return i >= 1;
    if (*stop != '.') return false;
    next = stop + 1;
  }
  return false;
}

Result<Manifest> read(std::string_view text, const std::filesystem::path& path) {
  MORTISE_ASSIGN(const nlohmann::json document, parse_json(text));
  MORTISE_TRY(check_against_schema(manifest_schema(), document, ""));
  Manifest manifest;
  manifest.path = path;
  manifest.id = document["id"];
  if (!is_provider_id(manifest.id)) {
    return invalid_argument("/id: '", manifest.id, "' is not made of lower-case letters, digits, '.' and '-'");
  }
  const std::string version = document["abi_version"];
  if (!parse_version(version, manifest.abi_version)) {
    return invalid_argument("/abi_version: '", version, "' is no version; write it like '1.0'");
  }
  if (manifest.abi_version.major != MORTISE_VERSION_MAJOR) {
    return make_error(StatusCode::kFailedPrecondition, "/abi_version: the plugin is built for version ", version,
                      " of the plugin interface, this host has ", MORTISE_VERSION_MAJOR, ".", MORTISE_VERSION_MINOR,
                      "; install the plugin's build for it");
  }
  const std::string library = document["library"];
  if (library.find('\0') != std::string::npos) return invalid_argument("/library: has a NUL character");
  manifest.library = (path.parent_path() / library).lexically_normal();
  return manifest;
}

}  // namespace

Result<Manifest> parse_manifest(std::string_view text, const std::filesystem::path& path) {
  Result<Manifest> manifest = read(text, path);
  if (!manifest.ok()) return std::move(manifest).status().context(path.string());
  return manifest;
}

Result<Manifest> load_manifest(const std::filesystem::path& path) {
  MORTISE_ASSIGN(const std::string text, read_text_file(path.string()));
  return parse_manifest(text, path);
}

}  // namespace mortise
