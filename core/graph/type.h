// Type: what is known of a value before the run: kind, element type, and a shape whose extents are numbers, names or
// unknown.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/graph/string_table.h"
#include "mortise/graph.h"
#include "mortise/sdk/dtype.h"
#include "mortise/sdk/shape.h"
#include "mortise/sdk/value.h"

namespace mortise {

// One extent: {value >= 0}, {-1, symbol} or {-1, nullptr}. The ABI's own record, so that views need no copy. Symbols
// are interned.
using Dim = mortise_dim_t;
inline constexpr Dim kUnknownDim = {MORTISE_UNKNOWN_DIM, nullptr};
inline Dim known_dim(int64_t value) { return {value, nullptr}; }
inline Dim symbolic_dim(Symbol symbol) { return {MORTISE_UNKNOWN_DIM, symbol.empty() ? nullptr : symbol.c_str()}; }
inline bool is_known(const Dim& dim) { return dim.value >= 0; }
// Certainly the same extent: equal numbers or the same symbol.
inline bool same_extent(const Dim& a, const Dim& b) {
  if (is_known(a) || is_known(b)) return a.value == b.value;
  return a.symbol != nullptr && b.symbol != nullptr && std::string_view(a.symbol) == b.symbol;
}

using Dims = std::vector<Dim>;

struct Type {
  ValueKind kind = ValueKind::kNone;    // kNone: unknown
  DType dtype = DType::kUndefined;      // of a tensor; key of a map
  std::optional<Dims> dims;             // of a tensor; nothing: rank unknown
  std::shared_ptr<const Type> element;  // of a sequence or an optional; value of a map

  static Type tensor(DType dtype, std::optional<Dims> dims = std::nullopt) {
    return {ValueKind::kTensor, dtype, std::move(dims), nullptr};
  }
  static Type tensor(DType dtype, const Shape& shape) {
    Dims dims;
    for (const int64_t extent : shape) dims.push_back(known_dim(extent));
    return tensor(dtype, std::move(dims));
  }
  static Type sequence(Type element) {
    return {ValueKind::kSequence, DType::kUndefined, std::nullopt, std::make_shared<const Type>(std::move(element))};
  }
  static Type optional(Type element) {
    return {ValueKind::kOptional, DType::kUndefined, std::nullopt, std::make_shared<const Type>(std::move(element))};
  }

  bool is_tensor() const { return kind == ValueKind::kTensor; }
  // The shape, if this is a tensor whose extents are all numbers.
  std::optional<Shape> static_shape() const {
    if (!is_tensor() || !dims) return std::nullopt;
    Shape shape;
    for (const Dim& dim : *dims) {
      if (!is_known(dim)) return std::nullopt;
      shape.push_back(dim.value);
    }
    return shape;
  }
};

// "float32[batch, 3, 224, 224]", "sequence(int64[?])", "float32" where the rank is unknown, "unknown".
std::string to_string(const Type& type);
// "[2, batch, ?]"
std::string to_string(const Dims& dims);

}  // namespace mortise
