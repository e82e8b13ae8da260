// SPDX-License-Identifier: Apache-2.0
//
// Datasheet: what the chip runs, as a table. README.md is the same for people. Limits that depend on a node's
// attributes stand in lower.cpp, operator by operator.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace mortise::mock_npu {

struct OperatorSheet {
  std::string_view op_type;
  // The operator's versions (since_version) that the compiler knows.
  int32_t first_version;
  int32_t last_version;
};

// Sorted by op_type.
std::span<const OperatorSheet> datasheet();
const OperatorSheet* find_operator(std::string_view op_type);

}  // namespace mortise::mock_npu
