#include "tools/mortise/print.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/report/plain.h"

namespace mortise::tool {
namespace {

constexpr int64_t kMaxElements = 16;

const char* kind_name(ValueKind kind) {
  return kind == ValueKind::kOptional ? "optional" : kind == ValueKind::kMap ? "map" : "sequence";
}

template <class T>
std::string elements(const Tensor& tensor) {
  std::string text;
  const int64_t count = std::min(tensor.num_elements(), kMaxElements);
  for (int64_t i = 0; i < count; ++i) {
    const T& element = tensor.data<T>()[i];
    if constexpr (std::is_same_v<T, mortise_string_t>) {
      text += fmt::format(" \"{}\"", report::plain(std::string(element.data, element.size)));
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

// Calls f.operator()<T>() with the element type; false for a type that has no text.
template <class F>
bool with_element_type(DType dtype, F&& f) {
  switch (dtype) {
    case DType::kF32:
      return f.template operator()<float>(), true;
    case DType::kF64:
      return f.template operator()<double>(), true;
    case DType::kF16:
      return f.template operator()<Half>(), true;
    case DType::kBF16:
      return f.template operator()<BFloat16>(), true;
    case DType::kI8:
      return f.template operator()<int8_t>(), true;
    case DType::kI16:
      return f.template operator()<int16_t>(), true;
    case DType::kI32:
      return f.template operator()<int32_t>(), true;
    case DType::kI64:
      return f.template operator()<int64_t>(), true;
    case DType::kU8:
      return f.template operator()<uint8_t>(), true;
    case DType::kU16:
      return f.template operator()<uint16_t>(), true;
    case DType::kU32:
      return f.template operator()<uint32_t>(), true;
    case DType::kU64:
      return f.template operator()<uint64_t>(), true;
    case DType::kBool:
      return f.template operator()<bool>(), true;
    case DType::kString:
      return f.template operator()<mortise_string_t>(), true;
    default:
      return false;
  }
}

std::string elements_of(const Tensor& tensor) {
  std::string text;
  const bool known = with_element_type(tensor.dtype(), [&]<class T>() { text = elements<T>(tensor); });
  return known ? text : " (elements of this type are not printed)";
}

nlohmann::ordered_json json_of(double number) {
  if (std::isfinite(number)) return number;
  return std::isnan(number) ? "nan" : number > 0 ? "inf" : "-inf";
}
nlohmann::ordered_json json_of(const mortise_string_t& text) { return std::string(text.data, text.size); }

}  // namespace

std::string printed(const Value& value) {
  if (value.is_tensor())
    return concat(to_string(value.tensor.dtype()), to_string(value.tensor.shape()), elements_of(value.tensor),
                  largest(value.tensor));
  std::string text = kind_name(value.kind);
  text += fmt::format(" of {}", value.elements.size());
  for (const Value& element : value.elements) text += "\n  " + printed(element);
  return text;
}

nlohmann::ordered_json json_of(const Value& value) {
  if (!value.is_tensor()) {
    nlohmann::ordered_json elements = nlohmann::ordered_json::array();
    for (const Value& element : value.elements) elements.push_back(json_of(element));
    return {{"kind", kind_name(value.kind)}, {"elements", elements}};
  }
  const Tensor& tensor = value.tensor;
  nlohmann::ordered_json dims = nlohmann::ordered_json::array(), data = nlohmann::ordered_json::array();
  for (const int64_t dim : tensor.shape()) dims.push_back(dim);
  nlohmann::ordered_json made = {{"dtype", std::string(to_string(tensor.dtype()))}, {"shape", std::move(dims)}};
  const bool known = with_element_type(tensor.dtype(), [&]<class T>() {
    for (const T& element : tensor.elements<T>()) {
      if constexpr (std::is_integral_v<T>) {
        data.push_back(element);
      } else if constexpr (std::is_same_v<T, mortise_string_t>) {
        data.push_back(json_of(element));
      } else {
        data.push_back(json_of(static_cast<double>(element)));
      }
    }
  });
  if (known) made["data"] = std::move(data);
  return made;
}

}  // namespace mortise::tool
