#include "tools/mortise/compare.h"

#include <cmath>
#include <complex>
#include <cstring>
#include <map>

namespace mortise::tool {
namespace {

std::string position(const Shape& shape, int64_t index) {
  Shape at = shape;
  for (uint32_t axis = shape.rank(); axis-- > 0;) {
    at[axis] = index % shape[axis];
    index /= shape[axis];
  }
  return to_string(at);
}

bool close(double actual, double expected, const Tolerance& tolerance) {
  if (std::isnan(expected) || std::isnan(actual)) return std::isnan(expected) && std::isnan(actual);
  if (std::isinf(expected) || std::isinf(actual)) return actual == expected;
  if (std::max(std::abs(actual), std::abs(expected)) <= tolerance.zero) return true;
  return std::abs(actual - expected) <= tolerance.atol + tolerance.rtol * std::abs(expected);
}

template <class T>
std::string text_of(const Tensor& tensor, int64_t i) {
  return std::to_string(tensor.data<T>()[i]);
}

std::string element_text(const Tensor& tensor, int64_t i) {
  if (const auto value = real_element(tensor, i)) return concat(*value);
  switch (tensor.dtype()) {
    case DType::kI8:
      return text_of<int8_t>(tensor, i);
    case DType::kI16:
      return text_of<int16_t>(tensor, i);
    case DType::kI32:
      return text_of<int32_t>(tensor, i);
    case DType::kI64:
      return text_of<int64_t>(tensor, i);
    case DType::kU8:
      return text_of<uint8_t>(tensor, i);
    case DType::kU16:
      return text_of<uint16_t>(tensor, i);
    case DType::kU32:
      return text_of<uint32_t>(tensor, i);
    case DType::kU64:
      return text_of<uint64_t>(tensor, i);
    case DType::kBool:
      return tensor.data<bool>()[i] ? "true" : "false";
    case DType::kString: {
      const mortise_string_t& s = tensor.data<mortise_string_t>()[i];
      return concat('"', std::string_view(s.data, s.size), '"');
    }
    default:
      return "other bits";
  }
}

bool elements_equal(const Tensor& a, const Tensor& b, int64_t i, const Tolerance& tolerance) {
  if (const auto x = real_element(a, i)) return close(*x, *real_element(b, i), tolerance);
  if (a.dtype() == DType::kString) {
    const mortise_string_t& x = a.data<mortise_string_t>()[i];
    const mortise_string_t& y = b.data<mortise_string_t>()[i];
    return std::string_view(x.data, x.size) == std::string_view(y.data, y.size);
  }
  if (a.dtype() == DType::kC64) {
    const auto x = a.data<std::complex<float>>()[i], y = b.data<std::complex<float>>()[i];
    return close(x.real(), y.real(), tolerance) && close(x.imag(), y.imag(), tolerance);
  }
  const uint64_t size = info(a.dtype()).bits / 8;
  return std::memcmp(a.data<std::byte>() + static_cast<uint64_t>(i) * size,
                     b.data<std::byte>() + static_cast<uint64_t>(i) * size, size) == 0;
}

std::string compare_tensors(const Tensor& actual, const Tensor& expected, const Tolerance& tolerance) {
  if (info(actual.dtype()).bits < 8) {
    return std::memcmp(actual.raw(), expected.raw(), actual.size_bytes()) == 0 ? "" : "differs in its packed elements";
  }
  int64_t differing = 0, first = -1;
  for (int64_t i = 0; i < actual.num_elements(); ++i) {
    if (elements_equal(actual, expected, i, tolerance)) continue;
    if (first < 0) first = i;
    ++differing;
  }
  if (first < 0) return "";
  return concat("differs in ", differing, " of ", actual.num_elements(), " elements, first at ",
                position(actual.shape(), first), ": ", element_text(actual, first), " instead of ",
                element_text(expected, first));
}

// Of one value of two maps. Values are a list of scalars or a sequence.
std::string compare_entries(const Value& actual, int64_t i, const Value& expected, int64_t k,
                            const Tolerance& tolerance) {
  if (!expected.is_tensor()) {
    return first_difference(actual.elements[static_cast<size_t>(i)], expected.elements[static_cast<size_t>(k)],
                            tolerance);
  }
  const auto element = [](const Tensor& list, int64_t at) {
    const uint64_t size = info(list.dtype()).bits / 8;
    return Tensor::view(list.dtype(), {},
                        const_cast<std::byte*>(list.data<std::byte>()) + static_cast<uint64_t>(at) * size);
  };
  return first_difference(element(actual.tensor, i), element(expected.tensor, k), tolerance);
}

bool is_plain_map(const Value& map) {
  if (map.elements.size() != 2 || !map.elements[0].is_tensor()) return false;
  const Value& values = map.elements[1];
  const int64_t count =
      values.is_tensor() ? values.tensor.num_elements() : static_cast<int64_t>(values.elements.size());
  return map.elements[0].tensor.num_elements() == count;
}

// The order of a map's keys means nothing.
std::string compare_maps(const Value& actual, const Value& expected, const Tolerance& tolerance) {
  if (!is_plain_map(actual) || !is_plain_map(expected)) return "is a map without a value for each key";
  const Tensor &keys = actual.elements[0].tensor, &wanted = expected.elements[0].tensor;
  if (keys.dtype() != wanted.dtype() || keys.num_elements() != wanted.num_elements()) {
    return concat("has ", keys.num_elements(), " keys of ", to_string(keys.dtype()), " instead of ",
                  wanted.num_elements(), " of ", to_string(wanted.dtype()));
  }
  if (actual.elements[1].kind != expected.elements[1].kind) return "has values of another kind";
  std::map<std::string, int64_t> places;
  for (int64_t i = 0; i < keys.num_elements(); ++i) places[element_text(keys, i)] = i;
  for (int64_t k = 0; k < wanted.num_elements(); ++k) {
    const std::string key = element_text(wanted, k);
    const auto found = places.find(key);
    if (found == places.end()) return concat("lacks the key ", key);
    const std::string difference =
        compare_entries(actual.elements[1], found->second, expected.elements[1], k, tolerance);
    if (!difference.empty()) return concat("at the key ", key, " ", difference);
  }
  return "";
}

}  // namespace

std::optional<double> real_element(const Tensor& tensor, int64_t i) {
  switch (tensor.dtype()) {
    case DType::kF32:
      return tensor.data<float>()[i];
    case DType::kF64:
      return tensor.data<double>()[i];
    case DType::kF16:
      return static_cast<float>(tensor.data<Half>()[i]);
    case DType::kBF16:
      return static_cast<float>(tensor.data<BFloat16>()[i]);
    default:
      return std::nullopt;
  }
}

std::string type_difference(const Value& actual, const Value& expected) {
  if (actual.kind != expected.kind) return "is a value of another kind";
  if (!actual.is_tensor()) return "";
  const Tensor &a = actual.tensor, &e = expected.tensor;
  if (a.dtype() == e.dtype() && a.shape() == e.shape()) return "";
  return concat("is ", to_string(a.dtype()), to_string(a.shape()), " instead of ", to_string(e.dtype()),
                to_string(e.shape()));
}

std::string first_difference(const Value& actual, const Value& expected, const Tolerance& tolerance) {
  if (std::string difference = type_difference(actual, expected); !difference.empty()) return difference;
  if (actual.is_tensor()) return compare_tensors(actual.tensor, expected.tensor, tolerance);
  if (actual.kind == ValueKind::kMap) return compare_maps(actual, expected, tolerance);
  if (actual.elements.size() != expected.elements.size()) {
    return concat("has ", actual.elements.size(), " elements instead of ", expected.elements.size());
  }
  for (size_t i = 0; i < actual.elements.size(); ++i) {
    const std::string difference = first_difference(actual.elements[i], expected.elements[i], tolerance);
    if (!difference.empty()) return concat("element ", i, " ", difference);
  }
  return "";
}

}  // namespace mortise::tool
