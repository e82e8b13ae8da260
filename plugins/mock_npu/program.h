// SPDX-License-Identifier: Apache-2.0
//
// Program: what the compiler makes and the device runs: a list of commands over buffers.
//
// It knows nothing of the ABI and nothing of ONNX but the node ids that commands are reported under. A program that
// passes check() can be executed without further checks, wherever it came from.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mortise/sdk/result.h"
#include "mortise/sdk/shape.h"

namespace mortise::mock_npu {

inline constexpr uint32_t kMaxRank = 4;
inline constexpr int64_t kMaxExtent = 65536;
// More elements than any buffer has.
inline constexpr int64_t kMaxElements = int64_t{1} << 30;

enum class Element : uint32_t { kF16, kF32, kI8, kU8, kI32 };

inline constexpr Element kLastElement = Element::kI32;
uint64_t size_of(Element element);

struct Type {
  Element element = Element::kF16;
  Shape dims;
  uint64_t bytes() const { return size_of(element) * static_cast<uint64_t>(dims.num_elements()); }
  friend bool operator==(const Type&, const Type&) = default;
};

enum class Opcode : uint32_t {
  kDmaIn,   // segment input params[0] -> buffer, f32 converted to the chip's precision
  kDmaOut,  // buffer -> segment output params[0], converted back
  kConv,    // x, weights [, bias]
  kMatMul,  // a, b [, bias]
  kAdd,     // a, b, with broadcasting
  kSub,
  kMul,
  kClip,  // to [scalars[0], scalars[1]]
  kSigmoid,
  kHardSwish,
  kMaxPool,
  kAveragePool,
  kCopy,      // same elements, other dims
  kConcat,    // along params[0]
  kQuantize,  // scalars[0] scale, params[0] zero point
  kDequantize,
  kConvInt8,    // x, weights, multipliers (1 or per channel) [, bias]
  kMatMulInt8,  // a, b, multipliers (1)
};

inline constexpr Opcode kLastOpcode = Opcode::kMatMulInt8;

// Meaning of `params` for convolutions and pools.
enum : uint32_t {
  kStrideH,
  kStrideW,
  kPadTop,
  kPadLeft,
  kPadBottom,
  kPadRight,
  kGroup,         // convolutions
  kKernelH,       // pools
  kKernelW,       // pools
  kCountPadding,  // average pool: padding counts as elements
};
// … for kMatMul: b is stored transposed. scalars: alpha, beta.
inline constexpr uint32_t kTransposeB = 0;
// … for int8 convolutions and products: zero points of x, weights and y.
inline constexpr uint32_t kZeroX = 10;
inline constexpr uint32_t kZeroW = 11;
inline constexpr uint32_t kZeroY = 12;
inline constexpr uint32_t kNumParams = 13;

struct Command {
  Opcode opcode = Opcode::kCopy;
  uint32_t node_id = UINT32_MAX;  // DMA belongs to no node
  std::string name;               // for profiles: "Conv", "dma-in"
  std::vector<uint32_t> inputs;   // buffers
  uint32_t output = 0;            // buffer; not used by kDmaOut
  std::array<int32_t, kNumParams> params{};
  std::array<float, 2> scalars{};
};

enum class Place : uint32_t { kWeights, kArena };

struct Buffer {
  Place place = Place::kArena;
  uint64_t offset = 0;
  Type type;
};

struct Program {
  uint32_t num_inputs = 0;
  uint32_t num_outputs = 0;
  uint64_t arena_size = 0;
  std::vector<Buffer> buffers;
  std::vector<Command> commands;
  std::vector<std::byte> weights;
};

// The dims that a command gives to its output, or nothing if its operands do not go together.
std::optional<Shape> output_dims(const Command& command, std::span<const Type> inputs);

// OK if every command stays inside its buffers and every buffer inside its place.
Status check(const Program& program);

// What a command costs on the chip.
struct Cost {
  uint64_t cycles = 0;
  uint64_t dma_bytes = 0;
  double energy_nj = 0;
  double time_ns(uint64_t clock_mhz) const {
    return static_cast<double>(cycles) * 1000 / static_cast<double>(clock_mhz);
  }
};
Cost cost_of(const Command& command, std::span<const Type> inputs, const Type& output);

}  // namespace mortise::mock_npu
