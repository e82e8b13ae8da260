// The host halves of the extensions as a CheckedHost offers them: the real ones, with a look at what the provider does.
#pragma once

#include <string_view>

namespace mortise::conformance {

// Null for an id that no host offers. The tables work on hosts that are a CheckedHost only.
const void* find_checked_extension(std::string_view id);

}  // namespace mortise::conformance
