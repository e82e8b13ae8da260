// SPDX-License-Identifier: Apache-2.0
//
// The file of a pipeline cache: the driver's bytes behind a header of ours with their length and checksum, because
// drivers have crashed on a cache that was cut short or damaged. Every writer has a file of its own beside the place, which
// is renamed, so that another process sees the old file or the new one. Only regular files are read, of 256 MiB at most.
#pragma once

#include <string>

#include "mortise/sdk/result.h"

namespace mortise::vulkan {

// The driver's bytes; empty if there is no file or it is not as it was saved.
std::string load_cache_file(const std::string& path);
// Keeps nothing that would be too large to load.
Status save_cache_file(const std::string& path, const std::string& data);

}  // namespace mortise::vulkan
