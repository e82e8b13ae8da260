// SPDX-License-Identifier: Apache-2.0
//
// See options.h.
#include "options.h"

#include <nlohmann/json.hpp>

#include "mortise/sdk/options.h"

namespace mortise::vulkan {

Options parse_options(std::string_view json) {
  const auto given = sdk::read_options<nlohmann::json>("Vulkan", kOptionsSchema, json);
  Options options;
  options.device = given["device"];
  options.allow_software = given["allow_software"];
  options.loader = given["loader"];
  options.cache_directory = given["cache_directory"];
  options.validation = given["validation"];
  options.staging = given["staging"];
  if (given["tiling"] == "registers") options.tiling = Tiling::kRegisters;
  if (given["tiling"] == "shared") options.tiling = Tiling::kShared;
  if (given["storage"] == "float16") options.storage = Storage::kFloat16;
  options.timeout_ms = given["timeout_ms"];
  options.device_lost_at = given["device_lost_at"];
  options.oom_at_bytes = given["oom_at_bytes"];
  return options;
}

}  // namespace mortise::vulkan
