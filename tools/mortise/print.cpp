#include "tools/mortise/print.h"

#include <fmt/core.h>

#include <algorithm>

namespace mortise::tool {
namespace {

constexpr int64_t kMaxElements = 16;

template <class T>
std::string elements(const Tensor& tensor) {
  std::string text;
  const int64_t count = std::min(tensor.num_elements(), kMaxElements);
  for (int64_t i = 0; i < count; ++i) {
    const T& element = tensor.data<T>()[i];
    if constexpr (std::is_same_v<T, mortise_string_t>) {
      text += fmt::format(" \"{}\"", std::string_view(element.data, element.size));
    } else if constexpr (std::is_same_v<T, Half> || std::is_same_v<T, BFloat16> || std::is_floating_point_v<T>) {
      text += fmt::format(" {:.6g}", static_cast<double>(element));
    } else {
      text += fmt::format(" {}", element);
    }
  }
  return count < tensor.num_elements() ? text + " …" : text;
}

// " (largest: 0.98 at [0, 2])": what a reader of a classifier's output looks for.
std::string largest(const Tensor& tensor) {
  if (tensor.dtype() != DType::kF32 || tensor.num_elements() < 2) return "";
  const std::span<const float> all = tensor.elements<float>();
  const auto found = std::max_element(all.begin(), all.end());
  Shape at = tensor.shape();
  int64_t rest = found - all.begin();
  for (uint32_t axis = at.rank(); axis-- > 0; rest /= tensor.dim(axis)) at[axis] = rest % tensor.dim(axis);
  return fmt::format(" (largest: {:.6g} at {})", *found, to_string(at));
}

std::string elements_of(const Tensor& tensor) {
  switch (tensor.dtype()) {
    case DType::kF32:
      return elements<float>(tensor);
    case DType::kF64:
      return elements<double>(tensor);
    case DType::kF16:
      return elements<Half>(tensor);
    case DType::kBF16:
      return elements<BFloat16>(tensor);
    case DType::kI8:
      return elements<int8_t>(tensor);
    case DType::kI16:
      return elements<int16_t>(tensor);
    case DType::kI32:
      return elements<int32_t>(tensor);
    case DType::kI64:
      return elements<int64_t>(tensor);
    case DType::kU8:
      return elements<uint8_t>(tensor);
    case DType::kU16:
      return elements<uint16_t>(tensor);
    case DType::kU32:
      return elements<uint32_t>(tensor);
    case DType::kU64:
      return elements<uint64_t>(tensor);
    case DType::kBool:
      return elements<bool>(tensor);
    case DType::kString:
      return elements<mortise_string_t>(tensor);
    default:
      return " (elements of this type are not printed)";
  }
}

}  // namespace

std::string printed(const Value& value) {
  if (value.is_tensor())
    return concat(to_string(value.tensor.dtype()), to_string(value.tensor.shape()), elements_of(value.tensor),
                  largest(value.tensor));
  std::string text = value.kind == ValueKind::kOptional ? "optional"
                     : value.kind == ValueKind::kMap    ? "map"
                                                        : "sequence";
  text += fmt::format(" of {}", value.elements.size());
  for (const Value& element : value.elements) text += "\n  " + printed(element);
  return text;
}

}  // namespace mortise::tool
