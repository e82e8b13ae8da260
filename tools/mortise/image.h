// Images as model inputs.
#pragma once

#include <filesystem>

#include "mortise/core/session.h"

namespace mortise::tool {

// A file in one of the formats of ImageDecoder as the input: float32 (0 to 1) or uint8 (0 to 255) in the layout [1, C, H, W] or [1, H, W, C] with
// C 1 (gray) or 3 (RGB). The image has the input's height and width; unknown ones take the image's. Errors begin with
// the path.
Result<Value> read_image(const std::filesystem::path& path, const Port& port);

}  // namespace mortise::tool
