// SPDX-License-Identifier: Apache-2.0
//
// Options of the NEON provider.
#pragma once

#include <string_view>

namespace mortise::neon {

struct Options {
  bool fuse = true;
  bool exact_conv = false;
};

inline constexpr char kOptionsSchema[] = R"({
  "$schema": "http://json-schema.org/draft-07/schema#",
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "fuse": {"type": "boolean", "default": true,
      "description": "Join neighbouring operators into one pass over memory; false runs them one by one, for profiles and comparisons"},
    "exact_conv": {"type": "boolean", "default": false,
      "description": "Compute every convolution as sums of its products; false transforms 3x3 ones after Winograd, which changes results by about 1e-5 of the largest and spreads an infinity or NaN over the tiles of 4x4 output pixels that see it, up to four"}
  }
})";

// Throws std::invalid_argument, naming the key, for anything that the schema does not allow.
Options parse_options(std::string_view json);

}  // namespace mortise::neon
