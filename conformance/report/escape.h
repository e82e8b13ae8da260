// Text that plugins wrote, as text of XML and HTML.
#pragma once

#include <string>
#include <string_view>

namespace mortise::conformance {

// For text and for attributes in double quotes. What XML cannot carry, control characters, U+FFFE, U+FFFF and bytes that
// are no UTF-8, becomes U+FFFD.
std::string escaped(std::string_view text);

}  // namespace mortise::conformance
