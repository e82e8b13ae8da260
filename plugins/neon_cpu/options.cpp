// SPDX-License-Identifier: Apache-2.0
//
// See options.h.
#include "options.h"

#include <nlohmann/json.hpp>

#include "mortise/sdk/options.h"

namespace mortise::neon {

Options parse_options(std::string_view json) {
  const auto given = sdk::read_options<nlohmann::json>("NEON", kOptionsSchema, json);
  return {.fuse = given["fuse"], .exact_conv = given["exact_conv"]};
}

}  // namespace mortise::neon
