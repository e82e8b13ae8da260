// SHA-256 (FIPS 180-4): what names a binary in reports. Nothing secret depends on it.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace mortise::conformance {

// In lower-case hexadecimal.
std::string sha256(std::span<const std::byte> data);
inline std::string sha256(std::string_view text) { return sha256(std::as_bytes(std::span(text))); }

}  // namespace mortise::conformance
