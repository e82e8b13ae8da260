// How deep the bodies of nodes may be within one another, and calls of functions with them: every stage from import to
// run goes into them by recursion.
#pragma once

#include "mortise/sdk/result.h"

namespace mortise {

inline constexpr uint32_t kMaxNesting = 256;

// depth: of calls and bodies, 0 in the main graph.
inline Status check_nesting(uint32_t depth) {
  if (depth <= kMaxNesting) return {};
  return make_error(StatusCode::kResourceExhausted, "calls and bodies are nested deeper than ", kMaxNesting,
                    " levels; inline the functions in the file, or export it with fewer bodies within bodies");
}

}  // namespace mortise
