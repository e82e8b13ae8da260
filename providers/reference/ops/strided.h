// Strided walks: the one way in which operators rearrange elements.
//
// Transpose, Slice, Expand, Tile and their like are all a copy in which output axis i steps through the input by
// strides[i]: permuted, negative or 0. Results do not depend on threads.
#pragma once

#include <algorithm>
#include <cstring>

#include "providers/reference/ops/axes.h"

namespace mortise::reference {

// Calls row(linear index of the row's first element, offset) for rows [begin, end) of `shape`, a row being its last
// axis. The offset is the sum of index times stride over the other axes. The shape has at least one axis.
template <class Row>
void for_each_row(const Shape& shape, const Shape& strides, uint64_t begin, uint64_t end, Row&& row) {
  const uint32_t outer_rank = shape.rank() - 1;
  const int64_t length = shape.back();
  Shape index(outer_rank, 0);
  int64_t offset = 0;
  auto rest = static_cast<int64_t>(begin);
  for (uint32_t i = outer_rank; i-- > 0;) {
    index[i] = rest % shape[i];
    rest /= shape[i];
    offset += index[i] * strides[i];
  }
  for (uint64_t r = begin; r < end; ++r) {
    row(static_cast<int64_t>(r) * length, offset);
    for (uint32_t i = outer_rank; i-- > 0;) {
      offset += strides[i];
      if (++index[i] < shape[i]) break;
      offset -= strides[i] * shape[i];
      index[i] = 0;
    }
  }
}

// y, dense with `shape`, from x, the element at index 0 of every axis.
template <class T>
void copy_strided(KernelContext& context, const T* x, const Shape& shape, const Shape& strides, T* y) {
  if (std::find(shape.begin(), shape.end(), 0) != shape.end()) return;
  // Axes of one element go, and neighbours that step as one become one.
  Shape dims, steps;
  for (uint32_t i = 0; i < shape.rank(); ++i) {
    if (shape[i] == 1) continue;
    if (!dims.empty() && steps[steps.rank() - 1] == shape[i] * strides[i]) {
      dims[dims.rank() - 1] *= shape[i];
      steps[steps.rank() - 1] = strides[i];
    } else {
      dims.push_back(shape[i]);
      steps.push_back(strides[i]);
    }
  }
  if (dims.empty()) {
    *y = *x;
    return;
  }
  const int64_t length = dims.back();
  const int64_t step = steps.back();
  const auto rows = static_cast<uint64_t>(dims.product(0, dims.rank() - 1));
  context.parallel_for(rows, grain_for(length), [&](uint64_t begin, uint64_t end) {
    for_each_row(dims, steps, begin, end, [&](int64_t at, int64_t offset) {
      const T* from = x + offset;
      if (step == 1) {
        std::memcpy(y + at, from, static_cast<size_t>(length) * sizeof(T));
      } else if (step == 0) {
        std::fill_n(y + at, length, *from);
      } else {
        for (int64_t i = 0; i < length; ++i) y[at + i] = from[i * step];
      }
    });
  });
}

}  // namespace mortise::reference
