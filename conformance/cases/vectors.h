// Where the vectors suite looks for ONNX's backend tests.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "conformance/engine/case.h"

namespace mortise::conformance {

// Folders, in order of precedence: those of the settings, then the usual ones: what Debian's libonnx-testdata installs,
// and the data of the Python package onnx in the folders of packages that there are. They need not exist.
std::vector<std::filesystem::path> vector_folders(const Settings& settings);

// Empty if the catalogue of these settings has vectors; otherwise a sentence that says where they were looked for.
std::string missing_vectors(const Settings& settings, std::span<const Case> catalogue);

}  // namespace mortise::conformance
