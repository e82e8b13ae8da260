// SPDX-License-Identifier: Apache-2.0
//
// See program.h. The compiler and the reader of blobs both rely on output_dims(), so that neither can disagree with the
// other about what is a sound command.
#include "program.h"

#include <algorithm>

namespace mortise::mock_npu {
namespace {

bool is_real(Element e) { return e == Element::kF16 || e == Element::kF32; }
bool is_byte(Element e) { return e == Element::kI8 || e == Element::kU8; }

std::optional<int64_t> window_count(int64_t extent, int64_t kernel, int64_t stride, int64_t before, int64_t after) {
  // A window always touches an element, so that no pool is taken over padding alone.
  if (kernel < 1 || stride < 1 || before < 0 || after < 0 || before >= kernel || after >= kernel) return std::nullopt;
  const int64_t room = extent + before + after - kernel;
  if (extent < 1 || room < 0) return std::nullopt;
  return room / stride + 1;
}

std::optional<Shape> windows(const Command& c, const Shape& x, int64_t channels, int64_t kernel_h, int64_t kernel_w) {
  const auto h = window_count(x[2], kernel_h, c.params[kStrideH], c.params[kPadTop], c.params[kPadBottom]);
  const auto w = window_count(x[3], kernel_w, c.params[kStrideW], c.params[kPadLeft], c.params[kPadRight]);
  if (!h || !w) return std::nullopt;
  return Shape{x[0], channels, *h, *w};
}

std::optional<Shape> conv_dims(const Command& c, std::span<const Type> in) {
  const Shape &x = in[0].dims, &w = in[1].dims;
  const int64_t group = c.params[kGroup];
  if (x.rank() != 4 || w.rank() != 4 || group < 1 || w[0] < 1 || w[0] % group != 0 || x[1] != w[1] * group)
    return std::nullopt;
  return windows(c, x, w[0], w[2], w[3]);
}

std::optional<Shape> matmul_dims(const Command& c, std::span<const Type> in) {
  const Shape &a = in[0].dims, &b = in[1].dims;
  if (a.rank() < 2 || b.rank() != 2) return std::nullopt;
  const bool transposed = c.opcode == Opcode::kMatMul && c.params[kTransposeB] != 0;
  if (a.back() != b[transposed ? 1 : 0]) return std::nullopt;
  Shape y = a;
  y[y.rank() - 1] = b[transposed ? 0 : 1];
  return y;
}

std::optional<Shape> broadcast_dims(const Shape& a, const Shape& b) {
  Shape y(std::max(a.rank(), b.rank()), 1);
  for (uint32_t i = 0; i < y.rank(); ++i) {
    const int64_t da = i < a.rank() ? a[a.rank() - 1 - i] : 1, db = i < b.rank() ? b[b.rank() - 1 - i] : 1;
    if (da != db && da != 1 && db != 1) return std::nullopt;
    y[y.rank() - 1 - i] = da == 1 ? db : da;
  }
  return y;
}

std::optional<Shape> concat_dims(const Command& c, std::span<const Type> in) {
  Shape y = in[0].dims;
  const int32_t axis = c.params[0];
  if (axis < 0 || axis >= static_cast<int32_t>(y.rank())) return std::nullopt;
  for (const Type& part : in.subspan(1)) {
    Shape other = part.dims;
    if (other.rank() != y.rank()) return std::nullopt;
    const int64_t sum = y[axis] + other[axis];
    other[axis] = y[axis];
    if (other != y) return std::nullopt;
    y[axis] = sum;
  }
  return y;
}

bool has_elements(std::span<const Type> in, size_t index, int64_t count) {
  return in.size() <= index || in[index].dims.num_elements() == count;
}

template <class Predicate>
bool all_inputs(std::span<const Type> in, Predicate predicate) {
  return std::all_of(in.begin(), in.end(), [&](const Type& t) { return predicate(t.element); });
}

bool sound(const Type& type) {
  const auto count = checked_num_elements(type.dims);
  return type.element <= kLastElement && type.dims.rank() <= kMaxRank && count && *count <= kMaxElements;
}

}  // namespace

uint64_t size_of(Element element) {
  switch (element) {
    case Element::kF16:
      return 2;
    case Element::kF32:
    case Element::kI32:
      return 4;
    case Element::kI8:
    case Element::kU8:
      return 1;
  }
  return 1;
}

std::optional<Shape> output_dims(const Command& c, std::span<const Type> in) {
  const auto count = in.size();
  switch (c.opcode) {
    case Opcode::kDmaIn:
    case Opcode::kDmaOut:
      return std::nullopt;  // their dims are those of the segment
    case Opcode::kConv: {
      if (count < 2 || count > 3 || !all_inputs(in, is_real) ||
          !has_elements(in, 2, in[1].dims.rank() ? in[1].dims[0] : 1))
        return std::nullopt;
      return conv_dims(c, in);
    }
    case Opcode::kMatMul: {
      if (count < 2 || count > 3 || !all_inputs(in, is_real)) return std::nullopt;
      auto y = matmul_dims(c, in);
      if (!y || (!has_elements(in, 2, y->back()) && !has_elements(in, 2, 1))) return std::nullopt;
      return y;
    }
    case Opcode::kAdd:
    case Opcode::kSub:
    case Opcode::kMul:
      if (count != 2 || !all_inputs(in, is_real)) return std::nullopt;
      return broadcast_dims(in[0].dims, in[1].dims);
    case Opcode::kClip:
    case Opcode::kSigmoid:
    case Opcode::kHardSwish:
      if (count != 1 || !all_inputs(in, is_real)) return std::nullopt;
      return in[0].dims;
    case Opcode::kMaxPool:
    case Opcode::kAveragePool:
      if (count != 1 || !all_inputs(in, is_real) || in[0].dims.rank() != 4) return std::nullopt;
      return windows(c, in[0].dims, in[0].dims[1], c.params[kKernelH], c.params[kKernelW]);
    case Opcode::kCopy:
      return std::nullopt;  // any dims with as many elements
    case Opcode::kConcat:
      if (count == 0 || !std::all_of(in.begin(), in.end(), [&](const Type& t) { return t.element == in[0].element; }))
        return std::nullopt;
      return concat_dims(c, in);
    case Opcode::kQuantize:
      if (count != 1 || !is_real(in[0].element)) return std::nullopt;
      return in[0].dims;
    case Opcode::kDequantize:
      if (count != 1 || !is_byte(in[0].element)) return std::nullopt;
      return in[0].dims;
    case Opcode::kConvInt8: {
      if (count < 3 || count > 4 || !all_inputs(in.first(2), is_byte) || in[2].element != Element::kF32 ||
          in[1].dims.rank() != 4 || (!has_elements(in, 2, 1) && !has_elements(in, 2, in[1].dims[0])) ||
          !has_elements(in, 3, in[1].dims[0]) || (count == 4 && in[3].element != Element::kI32))
        return std::nullopt;
      return conv_dims(c, in);
    }
    case Opcode::kMatMulInt8:
      if (count != 3 || !all_inputs(in.first(2), is_byte) || in[2].element != Element::kF32 || !has_elements(in, 2, 1))
        return std::nullopt;
      return matmul_dims(c, in);
  }
  return std::nullopt;
}

namespace {

bool produces(const Command& c, std::span<const Type> in, const Type& out) {
  switch (c.opcode) {
    case Opcode::kDmaIn:
      return in.empty();
    case Opcode::kDmaOut:
      return in.size() == 1 && in[0].element != Element::kI32;
    case Opcode::kCopy:
      return in.size() == 1 && in[0].element == out.element && in[0].dims.num_elements() == out.dims.num_elements();
    default:
      break;
  }
  const auto dims = output_dims(c, in);
  if (!dims || *dims != out.dims) return false;
  switch (c.opcode) {
    case Opcode::kQuantize:
    case Opcode::kConvInt8:
    case Opcode::kMatMulInt8:
      return is_byte(out.element);
    case Opcode::kConcat:
      return in[0].element == out.element;
    default:
      return is_real(out.element);
  }
}

}  // namespace

Status check(const Program& program) {
  const auto wrong = [](const auto&... parts) {
    return make_error(StatusCode::kDataLoss, "mock NPU program: ", parts...);
  };
  for (size_t i = 0; i < program.buffers.size(); ++i) {
    const Buffer& buffer = program.buffers[i];
    const uint64_t room = buffer.place == Place::kWeights ? program.weights.size() : program.arena_size;
    if (buffer.place > Place::kArena || !sound(buffer.type)) return wrong("buffer ", i, " has no sound type");
    if (buffer.offset > room || buffer.type.bytes() > room - buffer.offset)
      return wrong("buffer ", i, " lies outside its memory");
  }
  std::vector<Type> types;
  for (size_t i = 0; i < program.commands.size(); ++i) {
    const Command& command = program.commands[i];
    types.clear();
    for (const uint32_t input : command.inputs) {
      if (input >= program.buffers.size()) return wrong("command ", i, " reads a buffer that is not there");
      types.push_back(program.buffers[input].type);
    }
    if (command.opcode > kLastOpcode || command.output >= program.buffers.size())
      return wrong("command ", i, " is unknown");
    const Buffer& output = program.buffers[command.output];
    if (command.opcode != Opcode::kDmaOut && output.place != Place::kArena)
      return wrong("command ", i, " writes to the weights");
    if (!produces(command, types, output.type)) return wrong("the operands of command ", i, " do not go together");
    const auto& params = command.params;
    if (std::any_of(params.begin() + kZeroX, params.end(), [](int32_t zero) { return zero < -128 || zero > 255; })) {
      return wrong("command ", i, " has a zero point that is no byte");
    }
    const uint32_t ports = command.opcode == Opcode::kDmaIn ? program.num_inputs : program.num_outputs;
    const bool dma = command.opcode == Opcode::kDmaIn || command.opcode == Opcode::kDmaOut;
    if (dma && (command.params[0] < 0 || static_cast<uint32_t>(command.params[0]) >= ports))
      return wrong("command ", i, " uses no port of the segment");
  }
  return {};
}

Cost cost_of(const Command& command, std::span<const Type> inputs, const Type& output) {
  // The chip: 256 fp16 (512 int8) multipliers, 32 vector lanes, 16 bytes of DMA per cycle, 64 cycles to start a
  // command.
  const auto elements = static_cast<uint64_t>(output.dims.num_elements());
  Cost cost{.cycles = 64, .dma_bytes = 0, .energy_nj = 1};
  const auto multiply = [&](uint64_t macs, uint64_t per_cycle, double picojoule) {
    cost.cycles += (macs + per_cycle - 1) / per_cycle;
    cost.energy_nj += static_cast<double>(macs) * picojoule / 1000;
  };
  switch (command.opcode) {
    case Opcode::kDmaIn:
    case Opcode::kDmaOut:
      cost.dma_bytes = output.bytes();
      cost.cycles += (cost.dma_bytes + 15) / 16;
      cost.energy_nj += static_cast<double>(cost.dma_bytes) * 0.02;
      break;
    case Opcode::kConv:
    case Opcode::kConvInt8: {
      const Shape& w = inputs[1].dims;
      const auto macs = elements * static_cast<uint64_t>(w.product(1, w.rank()));
      command.opcode == Opcode::kConv ? multiply(macs, 256, 1.0) : multiply(macs, 512, 0.25);
      break;
    }
    case Opcode::kMatMul:
    case Opcode::kMatMulInt8: {
      const auto macs = elements * static_cast<uint64_t>(inputs[0].dims.back());
      command.opcode == Opcode::kMatMul ? multiply(macs, 256, 1.0) : multiply(macs, 512, 0.25);
      break;
    }
    case Opcode::kMaxPool:
    case Opcode::kAveragePool:
      multiply(
          elements * static_cast<uint64_t>(command.params[kKernelH]) * static_cast<uint64_t>(command.params[kKernelW]),
          32, 0.5);
      break;
    default:
      multiply(elements, 32, 0.5);
  }
  return cost;
}

}  // namespace mortise::mock_npu
