// Says whether a file is a shared library that this machine can load, from its first bytes: without running any of it.
#pragma once

#include <filesystem>

#include "mortise/sdk/result.h"

namespace mortise {

// Errors name the file, the fault and the remedy.
Status check_library_file(const std::filesystem::path& path);

}  // namespace mortise
