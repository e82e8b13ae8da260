// SPDX-License-Identifier: Apache-2.0
//
// Operators that only see the same elements with other dims: no dispatch. The shape that the graph infers for the output
// is the one that counts, so a Reshape whose shape is not constant is left to the host.
#include "../lower.h"
#include "mortise/provider.h"

namespace mortise::vulkan::ops {
namespace {

constexpr auto kAny = {DType::kF32, DType::kF16, DType::kBool, DType::kU8,  DType::kI8,  DType::kU16,
                       DType::kI16, DType::kI32, DType::kU32,  DType::kI64, DType::kU64, DType::kF64};

}  // namespace

void view(Lowering& l) {
  const TensorId x = l.input(0, kAny);
  l.view(l.output(0, {l.tensor(x).dtype}), x);
}

void dropout(Lowering& l) {
  if (l.node().has_output(1)) l.refuse(MORTISE_REFUSAL_OTHER, "the output of the mask is not supported");
  if (l.node().since_version() < 7 && l.node().get_int("is_test", 0) == 0) {
    l.refuse(MORTISE_REFUSAL_OPSET, "training is not supported");
  }
  if (l.node().has_input(2)) l.refuse(MORTISE_REFUSAL_OTHER, "the input training_mode is not supported");
  view(l);
}

}  // namespace mortise::vulkan::ops
