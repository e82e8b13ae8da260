// Rows of features: what classical models read. A list [features] is one row.
#pragma once

#include "providers/reference/ops/axes.h"
#include "providers/reference/ops/doubles.h"
#include "providers/reference/types.h"

namespace mortise::reference {

struct Rows {
  uint64_t count;
  uint64_t features;
};

inline Result<Rows> rows_of(const Tensor& x, TypeSet types = kFeatures) {
  if (!contains(types, x.dtype())) return unimplemented("X of the type ", to_string(x.dtype()), " is not supported");
  if (x.rank() == 1) return Rows{1, static_cast<uint64_t>(x.dim(0))};
  if (x.rank() == 2) return Rows{static_cast<uint64_t>(x.dim(0)), static_cast<uint64_t>(x.dim(1))};
  return invalid_argument("X has the shape ", to_string(x.shape()), "; it must be [features] or [rows, features]");
}

// The scores of a row into its place in a tensor of such rows.
inline void store(std::span<const double> scores, Tensor& y, uint64_t row) {
  const uint64_t row_bytes = size_in_bytes(y.dtype(), scores.size()).value_or(0);
  convert_elements(DType::kF64, scores.data(), y.dtype(), y.data<char>() + row * row_bytes, 0, scores.size());
}

// A list that has one entry for all features or one for each; `attribute` it is. An empty one is fine too.
template <class List>
Status check_per_feature(const List& list, const Tensor& x, std::string_view attribute) {
  const auto length = static_cast<int64_t>(list.size());
  if (length <= 1 || (x.rank() > 0 && length == x.shape().back())) return {};
  return invalid_argument("attribute '", attribute, "' has ", length, " entries; X ", to_string(x.shape()),
                          " needs one, or one for each feature");
}
// The entry of such a list, which is not empty, for element i of X.
template <class List>
auto per_feature(const List& list, uint64_t i) {
  return list[list.size() == 1 ? 0 : i % list.size()];
}

}  // namespace mortise::reference
