// SPDX-License-Identifier: Apache-2.0
//
// Options of the Vulkan provider: which device, where pipelines are kept, what is checked, and the faults that tests ask
// for. The schema is what the host shows and checks; parse_options() checks again.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mortise::vulkan {

// How products and convolutions are tiled.
enum class Tiling { kAuto, kRegisters, kShared };

// How a segment keeps float32 values for itself.
enum class Storage { kFloat32, kFloat16 };

struct Options {
  std::string device;           // an index, or a part of a name; empty: the first that suits
  bool allow_software = false;  // a device that is the CPU in disguise
  std::string loader;           // the Vulkan loader's library
  std::string cache_directory;  // of compiled pipelines; empty: none
  bool validation = false;      // the Khronos validation layer, with synchronization validation
  bool staging = false;         // treat device memory as invisible to the host, as on a discrete GPU
  Tiling tiling = Tiling::kAuto;
  Storage storage = Storage::kFloat32;

  uint64_t timeout_ms = 120000;  // of one submission

  // Faults. Runs are counted from 1 over the provider's life; 0 means never.
  uint64_t device_lost_at = 0;
  uint64_t oom_at_bytes = 0;
};

inline constexpr char kOptionsSchema[] = R"({
  "$schema": "http://json-schema.org/draft-07/schema#",
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "device": {"type": "string", "default": "",
      "description": "The device: its number, or a part of its name; empty: the first that suits, discrete GPUs first"},
    "allow_software": {"type": "boolean", "default": false,
      "description": "Take a device that computes on the CPU too: slower than any CPU provider, for tests"},
    "loader": {"type": "string", "default": "libvulkan.so.1", "description": "Library of the Vulkan loader"},
    "cache_directory": {"type": "string", "default": "",
      "description": "Existing folder that keeps compiled pipelines from one start to the next; empty: none"},
    "validation": {"type": "boolean", "default": false,
      "description": "Check every Vulkan call with the Khronos validation layer; findings go to the log"},
    "staging": {"type": "boolean", "default": false,
      "description": "Copy through staging buffers even where the host sees device memory"},
    "tiling": {"enum": ["auto", "registers", "shared"], "default": "auto",
      "description": "Where products and convolutions keep their tiles: in registers, as suits CPUs, or in shared memory"},
    "storage": {"enum": ["float32", "float16"], "default": "float32",
      "description": "How weights and float32 values inside a segment are stored: float16 halves memory and traffic, rounds to 11 bits, and makes infinity of what passes 65504; sums stay float32"},
    "timeout_ms": {"type": "integer", "minimum": 100, "maximum": 86400000, "default": 120000,
      "description": "How long the device may take for one submission before it counts as lost; a tenth of it once the run is cancelled"},
    "device_lost_at": {"type": "integer", "minimum": 0, "maximum": 1000000000, "default": 0,
      "description": "Fault: the run, counted from 1, in which the device is lost"},
    "oom_at_bytes": {"type": "integer", "minimum": 0, "maximum": 68719476736, "default": 0,
      "description": "Fault: bytes of device memory at which it is full"}
  }
})";

// Throws std::invalid_argument, naming the key, for anything that the schema does not allow.
Options parse_options(std::string_view json);

}  // namespace mortise::vulkan
