// SPDX-License-Identifier: Apache-2.0
//
// Kernels: the arithmetic of the chip. Operands are widened on their way out of the SRAM: fp16 to float, int8 to int32.
// Products of fp16 are exact in float, sums are kept in float, and the result is rounded once, when it is stored.
#pragma once

#include <span>

#include "program.h"

namespace mortise::mock_npu {

// One operand in the device's memory.
struct Tile {
  Type type;
  std::span<std::byte> bytes;
};

// Executes one command of a program that check() has accepted; not DMA.
void execute(const Command& command, std::span<const Tile> inputs, const Tile& output);

std::vector<float> load_real(const Tile& tile);
// Rounds to the tile's element: fp16 to nearest even, fp32 as it is.
void store_real(std::span<const float> values, const Tile& tile);

}  // namespace mortise::mock_npu
