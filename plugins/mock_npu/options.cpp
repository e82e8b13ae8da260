// SPDX-License-Identifier: Apache-2.0
//
// Reads the options by walking the schema itself, so that names, bounds and defaults are written down once.
#include "options.h"

#include <nlohmann/json.hpp>
#include <stdexcept>

namespace mortise::mock_npu {
namespace {

using Json = nlohmann::json;

[[noreturn]] void refuse(const std::string& key, const std::string& fault) {
  throw std::invalid_argument("mock NPU: option '" + key + "' " + fault);
}

// `value`, if it is what `rule` asks for.
void check(const std::string& key, const Json& rule, const Json& value) {
  if (rule.contains("enum")) {
    for (const Json& allowed : rule["enum"]) {
      if (value == allowed) return;
    }
    refuse(key, "must be one of " + rule["enum"].dump());
  }
  const std::string& type = rule["type"].get_ref<const std::string&>();
  if (type == "boolean" && !value.is_boolean()) refuse(key, "must be true or false");
  if (type == "string" && !value.is_string()) refuse(key, "must be a string");
  if (type == "integer" && (!value.is_number_integer() || value < rule["minimum"] || value > rule["maximum"])) {
    refuse(key, "must be an integer from " + rule["minimum"].dump() + " to " + rule["maximum"].dump());
  }
}

}  // namespace

Options parse_options(std::string_view json) {
  Json given = Json::parse(json.empty() ? "{}" : json, nullptr, /*allow_exceptions=*/false);
  if (!given.is_object()) throw std::invalid_argument("mock NPU: the options must be a JSON object");
  static const Json kRules = Json::parse(kOptionsSchema)["properties"];
  for (const auto& [key, value] : given.items()) {
    if (!kRules.contains(key)) refuse(key, "is unknown");
    check(key, kRules[key], value);
  }
  for (const auto& [key, rule] : kRules.items()) {
    if (!given.contains(key)) given[key] = rule["default"];
  }

  Options options;
  options.sram_kib = given["sram_kib"];
  options.ddr_mib = given["ddr_mib"];
  options.clock_mhz = given["clock_mhz"];
  options.half = given["precision"] == "fp16";
  options.realtime = given["realtime"];
  options.fail_compile_on = given["fail_compile_on"];
  options.refuse_on_compile = given["fail_compile_with"] == "refuse";
  options.fail_run_at = given["fail_run_at"];
  options.transient_at = given["transient_at"];
  options.device_lost_at = given["device_lost_at"];
  options.delay_us = given["delay_us"];
  options.oom_at_bytes = given["oom_at_bytes"];
  options.corrupt_output = given["corrupt_output"];
  return options;
}

}  // namespace mortise::mock_npu
