// SPDX-License-Identifier: Apache-2.0
//
// Lowering: one node of the graph to one command of the chip, or the reason why not.
//
// claim() and compile() both come through here, so that what is claimed is what compiles.
#pragma once

#include <string>
#include <variant>

#include "mortise/sdk/provider.h"
#include "options.h"
#include "program.h"

namespace mortise::mock_npu {

// An operand: a value of the graph, or numbers that the compiler made (rescaling factors, which stay f32).
struct Operand {
  uint32_t value = MORTISE_NO_ID;
  std::vector<float> numbers;
  Type type;
};

struct Lowered {
  Command command;  // its buffers are not assigned yet
  std::vector<Operand> inputs;
  Operand output;
};

std::variant<Lowered, sdk::Refusal> lower(const sdk::GraphView& graph, const sdk::NodeView& node,
                                          const Options& options);

}  // namespace mortise::mock_npu
