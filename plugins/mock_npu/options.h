// SPDX-License-Identifier: Apache-2.0
//
// Options of the mock NPU: the size and speed of the simulated chip, and the faults it is asked to have.
//
// The schema below is what the host shows and checks; parse_options() checks again, because a plugin trusts nobody.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mortise::mock_npu {

struct Options {
  // The chip.
  uint64_t sram_kib = 512;
  uint64_t ddr_mib = 256;
  uint64_t clock_mhz = 800;
  bool half = true;       // precision "fp16"; false is "fp32", for exact comparison in tests
  bool realtime = false;  // a run takes as long as the model of the chip says

  // Faults. Runs are counted from 1 over the provider's life; 0 means never.
  std::string fail_compile_on;    // an operator ("Conv") or the name of a node
  bool refuse_on_compile = true;  // fail_compile_with "refuse": the host may plan again; false is "error"
  uint64_t fail_run_at = 0;       // this run fails for good
  uint64_t transient_at = 0;      // this run fails, its repetition succeeds
  uint64_t device_lost_at = 0;    // the device disappears in this run, until it is opened again
  uint64_t delay_us = 0;          // every run takes this much longer
  uint64_t oom_at_bytes = 0;      // the device's memory is full at this many bytes
  bool corrupt_output = false;    // the first byte of every output is damaged
};

inline constexpr char kOptionsSchema[] = R"({
  "$schema": "http://json-schema.org/draft-07/schema#",
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "sram_kib": {"type": "integer", "minimum": 1, "maximum": 1048576, "default": 512,
      "description": "On-chip memory in KiB: the working set of a node must fit"},
    "ddr_mib": {"type": "integer", "minimum": 1, "maximum": 65536, "default": 256,
      "description": "Device memory in MiB"},
    "clock_mhz": {"type": "integer", "minimum": 1, "maximum": 10000, "default": 800, "description": "Clock in MHz"},
    "precision": {"enum": ["fp16", "fp32"], "default": "fp16", "description": "What float32 tensors are computed in"},
    "realtime": {"type": "boolean", "default": false, "description": "Take the modelled time instead of only reporting it"},
    "fail_compile_on": {"type": "string", "default": "", "description": "Fault: operator or node name that does not compile"},
    "fail_compile_with": {"enum": ["refuse", "error"], "default": "refuse",
      "description": "Fault: what compile() does then: refuse that node, or fail as a whole"},
    "fail_run_at": {"type": "integer", "minimum": 0, "maximum": 1000000000, "default": 0,
      "description": "Fault: the run, counted from 1, that fails"},
    "transient_at": {"type": "integer", "minimum": 0, "maximum": 1000000000, "default": 0,
      "description": "Fault: the run that fails but may be repeated"},
    "device_lost_at": {"type": "integer", "minimum": 0, "maximum": 1000000000, "default": 0,
      "description": "Fault: the run in which the device disappears"},
    "delay_us": {"type": "integer", "minimum": 0, "maximum": 60000000, "default": 0,
      "description": "Fault: microseconds that every run takes longer"},
    "oom_at_bytes": {"type": "integer", "minimum": 0, "maximum": 68719476736, "default": 0,
      "description": "Fault: bytes of device memory at which it is full; 0: at ddr_mib"},
    "corrupt_output": {"type": "boolean", "default": false, "description": "Fault: damage the first byte of every output"}
  }
})";

// Throws std::invalid_argument, naming the key, for anything that the schema does not allow.
Options parse_options(std::string_view json);

}  // namespace mortise::mock_npu
