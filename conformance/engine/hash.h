// A number for a name that is the same on every machine and in every version; std::hash need not be.
#pragma once

#include <cstdint>
#include <string_view>

namespace mortise::conformance {

// FNV-1a of 64 bits.
constexpr uint64_t hash_of(std::string_view text) {
  uint64_t value = 14695981039346656037u;
  for (const char c : text) value = (value ^ static_cast<unsigned char>(c)) * 1099511628211u;
  return value;
}

}  // namespace mortise::conformance
