#include "conformance/host/slices.h"

#include <cstring>

namespace mortise::conformance {

namespace {

// A tensor seen from one axis: `outer` times `extent` times a run of `bytes`.
struct Rows {
  int64_t outer = 1;
  uint64_t bytes = 0;
};

Result<Rows> rows_behind(DType dtype, const Shape& shape, uint32_t first, uint32_t behind) {
  if (info(dtype).bits < 8) return unimplemented("elements of ", info(dtype).bits, " bits cannot be cut apart");
  const auto row = static_cast<uint64_t>(shape.product(behind, shape.rank()));
  return Rows{.outer = shape.product(0, first), .bytes = row * info(dtype).bits / 8};
}

// Makes a tensor of views of strings own them.
Tensor with_own_strings(Tensor tensor) {
  if (tensor.dtype() != DType::kString) return tensor;
  std::vector<std::string> strings;
  for (const mortise_string_t& text : tensor.elements<mortise_string_t>()) strings.emplace_back(text.data, text.size);
  return Tensor::strings(tensor.shape(), std::move(strings));
}

}  // namespace

Result<Tensor> slice_of(const Tensor& tensor, uint32_t axis, int64_t index) {
  Shape shape;
  for (uint32_t i = 0; i < tensor.rank(); ++i) {
    if (i != axis) shape.push_back(tensor.dim(i));
  }
  MORTISE_ASSIGN(const Rows rows, rows_behind(tensor.dtype(), tensor.shape(), axis, axis + 1));
  MORTISE_ASSIGN(Tensor slice, Tensor::allocate(tensor.dtype(), shape));
  const auto* from = static_cast<const uint8_t*>(tensor.raw()) + static_cast<uint64_t>(index) * rows.bytes;
  auto* to = static_cast<uint8_t*>(slice.raw());
  for (int64_t i = 0; i < rows.outer && rows.bytes != 0; ++i) {
    std::memcpy(to, from, rows.bytes);
    from += static_cast<uint64_t>(tensor.dim(axis)) * rows.bytes;
    to += rows.bytes;
  }
  return with_own_strings(std::move(slice));
}

Result<Tensor> stack_of(const std::vector<Tensor>& parts, uint32_t axis) {
  const Tensor& first = parts.front();
  Shape shape = first.shape();
  shape.insert(axis, static_cast<int64_t>(parts.size()));
  MORTISE_ASSIGN(const Rows rows, rows_behind(first.dtype(), first.shape(), axis, axis));
  MORTISE_ASSIGN(Tensor stacked, Tensor::allocate(first.dtype(), shape));
  for (size_t k = 0; k < parts.size(); ++k) {
    if (parts[k].dtype() != first.dtype() || !(parts[k].shape() == first.shape())) {
      return invalid_argument("part ", k, " is ", to_string(parts[k].dtype()), to_string(parts[k].shape()),
                              ", part 0 is ", to_string(first.dtype()), to_string(first.shape()));
    }
    const auto* from = static_cast<const uint8_t*>(parts[k].raw());
    auto* to = static_cast<uint8_t*>(stacked.raw()) + k * rows.bytes;
    for (int64_t i = 0; i < rows.outer && rows.bytes != 0; ++i) {
      std::memcpy(to, from, rows.bytes);
      from += rows.bytes;
      to += parts.size() * rows.bytes;
    }
  }
  return with_own_strings(std::move(stacked));
}

}  // namespace mortise::conformance
