// SPDX-License-Identifier: Apache-2.0
//
// Gather along one axis, of any element type, by int32 or int64 indices.
#include <cstring>

#include "../cost.h"
#include "../registry.h"
#include "mortise/sdk/onnx/axes.h"

namespace mortise::neon {
namespace {

class Gather final : public Op {
 public:
  Gather(int64_t axis, bool wide_indices, uint64_t element_bytes)
      : axis_(axis), wide_(wide_indices), bytes_(element_bytes) {}

  Status infer(std::span<const Shape> in, std::span<Shape> out) const override {
    MORTISE_ASSIGN(const uint32_t axis, sdk::normalise_axis(axis_, in[0].rank()));
    for (uint32_t i = 0; i < axis; ++i) out[0].push_back(in[0][i]);
    for (const int64_t extent : in[1]) out[0].push_back(extent);
    for (uint32_t i = axis + 1; i < in[0].rank(); ++i) out[0].push_back(in[0][i]);
    return {};
  }
  void plan(std::span<const Shape> in, std::span<const Shape>, Call& call) const override {
    const uint32_t axis = sdk::normalise_axis(axis_, in[0].rank()).value();
    const sdk::AxisSplit split = sdk::split_at(in[0], axis);
    const auto row = static_cast<uint64_t>(split.inner) * bytes_;
    const auto count = static_cast<uint64_t>(in[1].num_elements());
    const int64_t extent = split.extent;
    call.split(static_cast<uint64_t>(split.outer) * count, 2 + 2 * static_cast<double>(row) / kBytesPerNs,
               [=, wide = wide_](const Operands& operands, uint64_t begin, uint64_t end) {
                 for (uint64_t i = begin; i < end; ++i) {
                   int64_t index = wide ? operands.in<int64_t>(1)[i % count] : operands.in<int32_t>(1)[i % count];
                   if (index < 0) index += extent;
                   if (index < 0 || index >= extent)
                     return operands.fail("an index is outside of [-extent, extent) of the gathered axis; see input 1");
                   const uint64_t from = (i / count) * static_cast<uint64_t>(extent) + static_cast<uint64_t>(index);
                   if (row != 0) std::memcpy(operands.out<char>() + i * row, operands.in<char>(0) + from * row, row);
                 }
               });
  }

 private:
  const int64_t axis_;
  const bool wide_;
  const uint64_t bytes_;
};

}  // namespace

Lowered lower_gather(NodeReader& node) {
  const DType dtype = node.operand(0, {});
  const DType indices = node.operand(1, {DType::kI64, DType::kI32});
  node.result(0, {dtype});
  return node.make<Gather>(node.get_int("axis", 0), indices == DType::kI64, info(dtype).bits / 8);
}

}  // namespace mortise::neon
