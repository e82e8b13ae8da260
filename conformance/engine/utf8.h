// Text that comes from outside, and whether it is text.
#pragma once

#include <string_view>

namespace mortise::conformance {

bool is_utf8(std::string_view text);

}  // namespace mortise::conformance
