// SPDX-License-Identifier: Apache-2.0
//
// See storage.h.
#include "storage.h"

#include <algorithm>
#include <cmath>

#include "mortise/sdk/float16.h"

namespace mortise::vulkan {
namespace {

// The normal numbers of binary16.
constexpr float kSmallest = 0x1p-14f;
constexpr float kLargestHalf = 65504;

std::vector<float> content_of(const Tensor& tensor) {
  std::vector<float> values(tensor.bytes / sizeof(float));
  tensor.fill(reinterpret_cast<std::byte*>(values.data()));
  return values;
}

bool suits(const Tensor& constant) {
  float largest = 0;
  for (const float value : content_of(constant)) {
    if (std::isfinite(value)) largest = std::max(largest, std::fabs(value));
  }
  return largest == 0 || (largest >= kSmallest && largest <= kLargestHalf);
}

void narrow(Tensor& tensor) {
  if (tensor.is_constant()) {
    tensor.fill = [wide = tensor](std::byte* target) {
      const std::vector<float> values = content_of(wide);
      std::copy(values.begin(), values.end(), reinterpret_cast<Half*>(target));
    };
  }
  tensor.dtype = DType::kF16;
  tensor.bytes /= 2;
}

}  // namespace

void store_in_halves(Program& program, const std::function<bool(TensorId root)>& stays) {
  std::vector<bool> narrows(program.tensors.size());
  for (TensorId id = 0; id < program.tensors.size(); ++id) {
    const Tensor& tensor = program.tensors[id];
    narrows[id] =
        tensor.root == id && tensor.dtype == DType::kF32 && !stays(id) && (!tensor.is_constant() || suits(tensor));
  }
  for (Tensor& tensor : program.tensors) {
    if (narrows[tensor.root]) narrow(tensor);
  }
}

}  // namespace mortise::vulkan
