#include "core/run/stack.h"

#include <cstring>

#include "core/run/copy.h"

namespace mortise::run {
namespace {

// Elements of 4 and 2 bits share bytes, whose rests hold zeros.
Result<Tensor> allocate(MemoryBudget& memory, DType dtype, const Shape& shape) {
  MORTISE_ASSIGN(Tensor tensor, memory.allocate(dtype, shape));
  if (info(dtype).bits < 8 && tensor.size_bytes() != 0) std::memset(tensor.raw(), 0, tensor.size_bytes());
  return tensor;
}

// Elements [first, first + count) of `from` become those of `to` that begin at `at`, each of them for the first time.
void copy_elements(const Tensor& from, uint64_t first, Tensor& to, uint64_t at, uint64_t count) {
  const uint64_t bits = info(from.dtype()).bits;
  if (bits >= 8) {
    const uint64_t size = bits / 8;
    std::memcpy(to.data<std::byte>() + at * size, from.data<std::byte>() + first * size, count * size);
    return;
  }
  const uint64_t per_byte = 8 / bits;
  const auto mask = static_cast<uint8_t>((1u << bits) - 1);
  for (uint64_t i = 0; i < count; ++i) {
    const int code = from.data<uint8_t>()[(first + i) / per_byte] >> ((first + i) % per_byte * bits) & mask;
    uint8_t& byte = to.data<uint8_t>()[(at + i) / per_byte];
    byte = static_cast<uint8_t>(byte | code << ((at + i) % per_byte * bits));
  }
}

}  // namespace

Result<Tensor> take_slice(MemoryBudget& memory, const Tensor& tensor, uint32_t axis, int64_t index) {
  const Shape& from = tensor.shape();
  Shape shape = from;
  shape.erase(axis);
  MORTISE_ASSIGN(Tensor slice, allocate(memory, tensor.dtype(), shape));
  const auto outer = static_cast<uint64_t>(from.product(0, axis));
  const auto inner = static_cast<uint64_t>(from.product(axis + 1, from.rank()));
  const uint64_t row = inner * static_cast<uint64_t>(from[axis]);
  for (uint64_t i = 0; i < outer && inner != 0; ++i) {
    copy_elements(tensor, i * row + static_cast<uint64_t>(index) * inner, slice, i * inner, inner);
  }
  if (tensor.dtype() == DType::kString) return copied_strings(memory, slice);
  return slice;
}

Result<Tensor> stack(MemoryBudget& memory, const Element& element, std::span<const Tensor> parts, uint32_t axis,
                     bool reversed) {
  Shape shape = element.shape;
  shape.insert(axis, static_cast<int64_t>(parts.size()));
  MORTISE_ASSIGN(Tensor result, allocate(memory, element.dtype, shape));
  const auto outer = static_cast<uint64_t>(shape.product(0, axis));
  const auto inner = static_cast<uint64_t>(shape.product(axis + 1, shape.rank()));
  for (size_t k = 0; k < parts.size(); ++k) {
    const Tensor& part = parts[reversed ? parts.size() - 1 - k : k];
    if (part.dtype() != element.dtype || !(part.shape() == element.shape)) {
      return invalid_argument("iterations give results of different shapes, ", to_string(element.shape), " and ",
                              to_string(part.shape()), ", which cannot be stacked");
    }
    for (uint64_t i = 0; i < outer && inner != 0; ++i) {
      copy_elements(part, i * inner, result, (i * parts.size() + k) * inner, inner);
    }
  }
  if (element.dtype == DType::kString) return copied_strings(memory, result);
  return result;
}

}  // namespace mortise::run
