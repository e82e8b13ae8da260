// Manifest: a small JSON file by which an installed plugin is found without loading it.
//
//   { "library": "../libvendor_npu.so", "id": "com.vendor.npu", "abi_version": "1.0" }
//
// library is relative to the manifest's folder. An unknown key is an error, so that a typing mistake is noticed.
#pragma once

#include <filesystem>
#include <string>

#include "mortise/sdk/result.h"
#include "mortise/version.h"

namespace mortise {

struct Manifest {
  std::filesystem::path path;     // of the manifest
  std::filesystem::path library;  // absolute
  std::string id;
  mortise_version_t abi_version{};
};

// Errors begin with the path. An ABI version of another major number is an error.
Result<Manifest> load_manifest(const std::filesystem::path& path);
// `path` gives the folder for a relative library, and names the manifest in errors.
Result<Manifest> parse_manifest(std::string_view json, const std::filesystem::path& path);

}  // namespace mortise
