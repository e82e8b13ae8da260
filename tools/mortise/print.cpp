#include "tools/mortise/print.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "core/report/plain.h"
#include "providers/reference/ops/convert.h"

namespace mortise::tool {
namespace {

constexpr int64_t kMaxElements = 16;

const char* kind_name(ValueKind kind) {
  return kind == ValueKind::kOptional ? "optional" : kind == ValueKind::kMap ? "map" : "sequence";
}

template <class T>
inline constexpr bool is_complex = std::is_same_v<T, std::complex<float>> || std::is_same_v<T, std::complex<double>>;

template <class T>
std::string elements(const Tensor& tensor) {
  std::string text;
  for (const T& element : tensor.elements<T>()) {
    if constexpr (std::is_same_v<T, mortise_string_t>) {
      text += fmt::format(" \"{}\"", report::plain(std::string(element.data, element.size)));
    } else if constexpr (std::is_same_v<T, Half> || std::is_same_v<T, BFloat16> || std::is_floating_point_v<T>) {
      text += fmt::format(" {:.6g}", static_cast<double>(element));
    } else if constexpr (is_complex<T>) {
      text += fmt::format(" {:.6g}{:+.6g}i", element.real(), element.imag());
    } else {
      text += fmt::format(" {}", element);
    }
  }
  return text;
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

// Numbers of 8 bits and fewer that no C++ type is for, in one that has each of them; any other tensor as it is.
Tensor widened(const Tensor& tensor) {
  DType wide = DType::kF32;
  switch (tensor.dtype()) {
    case DType::kI4:
    case DType::kU4:
    case DType::kI2:
    case DType::kU2:
      wide = DType::kI32;
      break;
    case DType::kF8E4M3FN:
    case DType::kF8E4M3FNUZ:
    case DType::kF8E5M2:
    case DType::kF8E5M2FNUZ:
    case DType::kF8E8M0:
    case DType::kF4E2M1:
      break;
    default:
      return tensor;
  }
  Result<Tensor> numbers = Tensor::allocate(wide, tensor.shape());
  if (!numbers.ok()) throw std::runtime_error(numbers.status().message());
  reference::convert_elements(tensor.dtype(), tensor.raw(), wide, numbers->raw(), 0,
                              static_cast<uint64_t>(tensor.num_elements()));
  return *std::move(numbers);
}

// Calls f.operator()<T>() with the element type of a widened tensor.
template <class F>
void with_element_type(DType dtype, F&& f) {
  switch (dtype) {
    case DType::kF32:
      return f.template operator()<float>();
    case DType::kF64:
      return f.template operator()<double>();
    case DType::kF16:
      return f.template operator()<Half>();
    case DType::kBF16:
      return f.template operator()<BFloat16>();
    case DType::kI8:
      return f.template operator()<int8_t>();
    case DType::kI16:
      return f.template operator()<int16_t>();
    case DType::kI32:
      return f.template operator()<int32_t>();
    case DType::kI64:
      return f.template operator()<int64_t>();
    case DType::kU8:
      return f.template operator()<uint8_t>();
    case DType::kU16:
      return f.template operator()<uint16_t>();
    case DType::kU32:
      return f.template operator()<uint32_t>();
    case DType::kU64:
      return f.template operator()<uint64_t>();
    case DType::kBool:
      return f.template operator()<bool>();
    case DType::kString:
      return f.template operator()<mortise_string_t>();
    case DType::kC64:
      return f.template operator()<std::complex<float>>();
    case DType::kC128:
      return f.template operator()<std::complex<double>>();
    default:
      return;
  }
}

std::string elements_of(const Tensor& tensor) {
  const int64_t count = std::min(tensor.num_elements(), kMaxElements);
  const Tensor wide = widened(Tensor::view(tensor.dtype(), {count}, const_cast<void*>(tensor.raw()), tensor.owner()));
  std::string text;
  with_element_type(wide.dtype(), [&]<class T>() { text = elements<T>(wide); });
  return count < tensor.num_elements() ? text + " …" : text;
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
  const Tensor wide = widened(tensor);
  with_element_type(wide.dtype(), [&]<class T>() {
    for (const T& element : wide.elements<T>()) {
      if constexpr (std::is_integral_v<T>) {
        data.push_back(element);
      } else if constexpr (std::is_same_v<T, mortise_string_t>) {
        data.push_back(json_of(element));
      } else if constexpr (is_complex<T>) {
        data.push_back(nlohmann::ordered_json::array({json_of(element.real()), json_of(element.imag())}));
      } else {
        data.push_back(json_of(static_cast<double>(element)));
      }
    }
  });
  made["data"] = std::move(data);
  return made;
}

}  // namespace mortise::tool
