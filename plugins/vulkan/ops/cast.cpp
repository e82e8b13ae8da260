// SPDX-License-Identifier: Apache-2.0
//
// Cast and CastLike between float32, float16, bool and integers of up to 32 bits. Those of 64 bits are left out: a
// chain carries 32.
#include "mortise/provider.h"
#include "pointwise.h"

namespace mortise::vulkan::ops {
namespace {

bool is_float(DType dtype) { return dtype == DType::kF32 || dtype == DType::kF16; }

}  // namespace

void cast(Lowering& l) {
  const auto types = {DType::kF32, DType::kF16, DType::kBool, DType::kI32, DType::kU8, DType::kI8};
  const TensorId x = l.input(0, types), y = l.output(0, types);
  const DType from = l.tensor(x).dtype, to = l.tensor(y).dtype;
  if (from == to) return l.view(y, x);
  std::vector<ChainStep> steps = {with_input(PointOp::kLoad, 0)};
  if (to == DType::kBool) {
    steps.push_back(with_number(is_float(from) ? PointOp::kFloatToBool : PointOp::kIntToBool, 0));
  } else if (is_float(from) && !is_float(to)) {
    steps.push_back(with_number(PointOp::kFloatToInt, 0));
  } else if (!is_float(from) && is_float(to)) {
    steps.push_back(with_number(PointOp::kIntToFloat, 0));
  }
  add_pointwise(l, y, {x}, std::move(steps));
}

}  // namespace mortise::vulkan::ops
