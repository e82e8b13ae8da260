// The table of operators that the reference provider runs: ops.inc as data.
#pragma once

#include <span>
#include <string_view>

#include "providers/reference/kernel.h"
#include "providers/reference/types.h"

namespace mortise::reference {

// Above every opset version: an operator's line covers versions to come.
inline constexpr int32_t kNewest = 1'000'000;

struct OpEntry {
  std::string_view domain;  // "" for ai.onnx
  std::string_view op_type;
  int32_t first_version;  // since-versions covered, both included
  int32_t last_version;
  TypeSet types;  // of the first input (of the first output where there is no input)
  KernelMaker make;
};

std::span<const OpEntry> all_ops();

// The entry for an operator at a since-version, or null.
const OpEntry* find_op(std::string_view domain, std::string_view op_type, int32_t since_version);

}  // namespace mortise::reference
