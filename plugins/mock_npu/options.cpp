// SPDX-License-Identifier: Apache-2.0
//
// See options.h.
#include "options.h"

#include <nlohmann/json.hpp>

#include "mortise/sdk/options.h"

namespace mortise::mock_npu {

Options parse_options(std::string_view json) {
  const auto given = sdk::read_options<nlohmann::json>("mock NPU", kOptionsSchema, json);
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
