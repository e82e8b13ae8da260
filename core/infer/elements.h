// Elements: the content of a small tensor of rank 0 or 1 as far as it is known before the run.
//
// Models compute shapes with ordinary nodes: Shape, Gather, Mul, Concat, Reshape. Inference follows the numbers through
// them, and the names of extents, so that the shape at the end is known. Constants of all types of numbers can be read;
// results are followed where they are int64, int32, bool, float32 or float64, and kept as the element type has them.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/infer/extents.h"
#include "mortise/sdk/tensor.h"

namespace mortise::infer {

struct Element {
  enum class Kind : uint8_t { kUnknown, kInteger, kReal, kExtent };

  Kind kind = Kind::kUnknown;
  int64_t integer = 0;           // kInteger; a bool is 0 or 1
  double real = 0;               // kReal
  const char* symbol = nullptr;  // kExtent: the extent of this name

  bool is_integer() const { return kind == Kind::kInteger; }
  bool is_real() const { return kind == Kind::kReal; }
};
using Elements = std::vector<Element>;

inline constexpr int64_t kMaxFollowedElements = 1024;

inline Element integer_element(int64_t value) { return {Element::Kind::kInteger, value, 0, nullptr}; }
inline Element real_element(double value) { return {Element::Kind::kReal, 0, value, nullptr}; }
inline Element to_element(const Dim& dim) {
  if (is_known(dim)) return integer_element(dim.value);
  return dim.symbol != nullptr ? Element{Element::Kind::kExtent, 0, 0, dim.symbol} : Element();
}
// As an extent; a negative number becomes unknown.
inline Dim to_dim(const Element& element) {
  return element.is_integer() ? to_extent(element.integer) : Dim{MORTISE_UNKNOWN_DIM, element.symbol};
}

// Nothing if the tensor is too large or of a type or rank that is not followed.
std::optional<Elements> read_elements(const Tensor& tensor);

// One element of the result of a binary operator of this name; unknown if it is not certain.
Element compute(std::string_view op_type, const Element& a, const Element& b, DType dtype);
// The same for a unary operator.
Element compute(std::string_view op_type, const Element& a, DType dtype);
// One element as an element of another type.
Element convert(const Element& element, DType to);

}  // namespace mortise::infer
