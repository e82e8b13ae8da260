#include "core/run/stack.h"

#include <cstring>

namespace mortise::run {
namespace {

Result<uint64_t> element_size(DType dtype) {
  if (info(dtype).bits < 8) return unimplemented("elements of ", to_string(dtype), " cannot be cut along an axis");
  return info(dtype).bits / 8;
}

// Owns its characters.
Tensor with_own_strings(const Tensor& tensor) {
  std::vector<std::string> strings;
  for (const mortise_string_t& s : tensor.elements<mortise_string_t>()) strings.emplace_back(s.data, s.size);
  return Tensor::strings(tensor.shape(), std::move(strings));
}

}  // namespace

Result<Tensor> take_slice(MemoryBudget& memory, const Tensor& tensor, uint32_t axis, int64_t index) {
  MORTISE_ASSIGN(const uint64_t size, element_size(tensor.dtype()));
  const Shape& from = tensor.shape();
  Shape shape = from;
  shape.erase(axis);
  MORTISE_ASSIGN(Tensor slice, memory.allocate(tensor.dtype(), shape));
  const auto outer = static_cast<uint64_t>(from.product(0, axis));
  const uint64_t inner = static_cast<uint64_t>(from.product(axis + 1, from.rank())) * size;
  const uint64_t row = inner * static_cast<uint64_t>(from[axis]);
  for (uint64_t i = 0; i < outer && inner != 0; ++i) {
    std::memcpy(slice.data<std::byte>() + i * inner,
                tensor.data<std::byte>() + i * row + static_cast<uint64_t>(index) * inner, inner);
  }
  return tensor.dtype() == DType::kString ? with_own_strings(slice) : slice;
}

Result<Tensor> stack(MemoryBudget& memory, std::span<const Tensor> parts, uint32_t axis, bool reversed) {
  const Tensor& first = parts.front();
  MORTISE_ASSIGN(const uint64_t size, element_size(first.dtype()));
  Shape shape = first.shape();
  shape.insert(axis, static_cast<int64_t>(parts.size()));
  MORTISE_ASSIGN(Tensor result, memory.allocate(first.dtype(), shape));
  const auto outer = static_cast<uint64_t>(shape.product(0, axis));
  const uint64_t inner = static_cast<uint64_t>(shape.product(axis + 1, shape.rank())) * size;
  for (size_t k = 0; k < parts.size(); ++k) {
    const Tensor& part = parts[reversed ? parts.size() - 1 - k : k];
    if (part.dtype() != first.dtype() || !(part.shape() == first.shape())) {
      return invalid_argument("iterations give results of different shapes, ", to_string(first.shape()), " and ",
                              to_string(part.shape()), ", which cannot be stacked");
    }
    for (uint64_t i = 0; i < outer && inner != 0; ++i) {
      std::memcpy(result.data<std::byte>() + (i * parts.size() + k) * inner, part.data<std::byte>() + i * inner, inner);
    }
  }
  return first.dtype() == DType::kString ? with_own_strings(result) : result;
}

}  // namespace mortise::run
