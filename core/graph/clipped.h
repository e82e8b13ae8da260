// Names that are made of the model's own: a long one must not be kept again for every node that is called after it.
#pragma once

#include <string_view>

namespace mortise {

// The beginning of a name.
inline std::string_view clipped(std::string_view name) { return name.substr(0, 100); }

}  // namespace mortise
