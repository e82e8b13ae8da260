// StringConcat: two tensors of strings joined element by element, with broadcasting.
#include <algorithm>

#include "providers/reference/ops/strided.h"
#include "providers/reference/ops/wording.h"

namespace mortise::reference {

Result<Kernel> make_string_concat(const NodeSpec&) {
  return Kernel([](KernelContext& context) -> Status {
    const Tensor& a = context.input(0);
    const Tensor& b = context.input(1);
    if (a.dtype() != DType::kString || b.dtype() != DType::kString)
      return invalid_argument("X is ", form_of(a), " and Y is ", form_of(b), "; both must be strings");
    const uint32_t rank = std::max(a.rank(), b.rank());
    Shape result(rank, 1), steps[2] = {Shape(rank, 0), Shape(rank, 0)};
    for (uint32_t input = 0; input < 2; ++input) {
      const Shape& shape = context.input(input).shape();
      const Shape strides = strides_of(shape);
      for (uint32_t i = 0; i < shape.rank(); ++i) {
        const uint32_t at = rank - shape.rank() + i;
        if (shape[i] == 1) continue;
        if (result[at] != 1 && result[at] != shape[i]) {
          return invalid_argument("X ", to_string(a.shape()), " and Y ", to_string(b.shape()), " cannot be broadcast");
        }
        result[at] = shape[i];
        steps[input][at] = strides[i];
      }
    }
    MORTISE_TRY(check_shape(DType::kString, result));
    const std::span<mortise_string_t> y = context.output(0, DType::kString, result).elements<mortise_string_t>();
    const auto left = context.scratch<mortise_string_t>(y.size()), right = context.scratch<mortise_string_t>(y.size());
    copy_strided(context, a.data<mortise_string_t>(), result, steps[0], left.data());
    copy_strided(context, b.data<mortise_string_t>(), result, steps[1], right.data());
    // One piece of memory for all characters, of which broadcasting can make many more than the inputs have.
    constexpr uint64_t kMost = uint64_t{1} << 62;
    uint64_t size = 0;
    for (uint64_t i = 0; i < y.size(); ++i) {
      size += left[i].size + right[i].size;
      if (size > kMost) return make_error(StatusCode::kResourceExhausted, "the joined strings are too long");
    }
    char* to = context.scratch<char>(size).data();
    for (uint64_t i = 0; i < y.size(); ++i) {
      y[i] = {to, left[i].size + right[i].size};
      to = std::copy_n(left[i].data, left[i].size, to);
      to = std::copy_n(right[i].data, right[i].size, to);
    }
    return {};
  });
}

}  // namespace mortise::reference
