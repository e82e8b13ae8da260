// Where the vectors suite looks for ONNX's backend tests.
#pragma once

#include <filesystem>
#include <vector>

#include "conformance/engine/settings.h"

namespace mortise::conformance {

// Folders, in order of precedence: those of the settings, then the usual ones: what Debian's libonnx-testdata installs,
// and the data of the Python package onnx in the folders of packages that there are. They need not exist.
std::vector<std::filesystem::path> vector_folders(const Settings& settings);

}  // namespace mortise::conformance
