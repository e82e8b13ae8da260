// SPDX-License-Identifier: Apache-2.0
//
// See copy.h. The axis along which the output is contiguous runs innermost. Where the input is contiguous along another
// axis, the two are walked in square blocks, which touch each line of the input's cache once.
#include "copy.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <vector>

namespace mortise::neon {
namespace {

constexpr uint64_t kBlock = 16;         // side of a square
constexpr uint64_t kItemBytes = 32768;  // of an item, roughly

struct Axis {
  uint64_t extent;
  int64_t x, y;  // strides
};

// Rows of the innermost axis or, with blocks, of the innermost two. They are walked in parts: strips of kBlock rows of the
// second axis, or pieces of a row; an item is some of them.
struct Shape {
  uint64_t inner = 1;
  uint64_t second = 1;  // extent of the axis that blocks run over; 1: no blocks
  uint64_t part = 1;    // rows of a strip, or elements of a piece
  uint64_t parts = 1;   // of an index of the outer axes
  uint64_t outer = 1;   // parts of all
  uint64_t per_item = 1;
};

Shape shape_of(const CopyPlan& plan) {
  Shape shape{.inner = plan.extents[plan.rank - 1]};
  const bool blocked = plan.rank > 1 && plan.x_strides[plan.rank - 1] != 1 && plan.x_strides[plan.rank - 2] == 1;
  size_t outer_rank = plan.rank - 1;
  if (blocked) shape.second = plan.extents[--outer_rank];
  shape.part =
      blocked ? kBlock : std::clamp<uint64_t>(kItemBytes / plan.element_bytes, 1, std::max<uint64_t>(shape.inner, 1));
  shape.parts = ((blocked ? shape.second : shape.inner) + shape.part - 1) / shape.part;
  shape.outer = shape.parts;
  for (size_t axis = 0; axis < outer_rank; ++axis) shape.outer *= plan.extents[axis];
  const uint64_t bytes = shape.part * (blocked ? shape.inner : 1) * plan.element_bytes;
  shape.per_item = std::max<uint64_t>(1, kItemBytes / std::max<uint64_t>(bytes, 1));
  return shape;
}

template <class T>
void copy_row(const T* x, int64_t x_stride, T* y, int64_t y_stride, uint64_t n) {
  if (y_stride == 1 && x_stride == 1) {
    std::memcpy(y, x, n * sizeof(T));
  } else if (y_stride == 1 && x_stride == 0) {
    std::fill(y, y + n, *x);
  } else {
    for (uint64_t i = 0; i < n; ++i) {
      y[static_cast<int64_t>(i) * y_stride] = x[static_cast<int64_t>(i) * x_stride];
    }
  }
}

// y[r * y_row + i * y_stride] = x[r + i * x_stride] for r below rows and i below n.
template <class T>
void copy_strip(const T* x, int64_t x_stride, T* y, int64_t y_row, int64_t y_stride, uint64_t rows, uint64_t n) {
  for (uint64_t first = 0; first < n; first += kBlock) {
    const uint64_t last = std::min(n, first + kBlock);
    for (uint64_t r = 0; r < rows; ++r) {
      T* const to = y + static_cast<int64_t>(r) * y_row;
      for (uint64_t i = first; i < last; ++i) {
        to[static_cast<int64_t>(i) * y_stride] = x[static_cast<int64_t>(r) + static_cast<int64_t>(i) * x_stride];
      }
    }
  }
}

template <class T>
void copy_items(const CopyPlan& plan, const T* x, T* y, uint64_t begin, uint64_t end) {
  const Shape shape = shape_of(plan);
  const size_t inner = plan.rank - 1;
  const bool blocked = shape.second > 1;
  const size_t outer_rank = blocked ? inner - 1 : inner;
  const uint64_t last = std::min(shape.outer, end * shape.per_item);
  for (uint64_t row = begin * shape.per_item; row < last; ++row) {
    int64_t at_x = 0, at_y = 0;
    uint64_t rest = row / shape.parts;
    for (size_t axis = outer_rank; axis-- > 0; rest /= plan.extents[axis]) {
      const auto index = static_cast<int64_t>(rest % plan.extents[axis]);
      at_x += index * plan.x_strides[axis];
      at_y += index * plan.y_strides[axis];
    }
    const uint64_t first = row % shape.parts * shape.part;
    if (blocked) {
      copy_strip(x + at_x + first, plan.x_strides[inner],
                 y + at_y + static_cast<int64_t>(first) * plan.y_strides[inner - 1], plan.y_strides[inner - 1],
                 plan.y_strides[inner], std::min(shape.part, shape.second - first), shape.inner);
    } else {
      copy_row(x + at_x + static_cast<int64_t>(first) * plan.x_strides[inner], plan.x_strides[inner],
               y + at_y + static_cast<int64_t>(first) * plan.y_strides[inner], plan.y_strides[inner],
               std::min(shape.part, shape.inner - first));
    }
  }
}

}  // namespace

CopyPlan plan_copy(uint64_t element_bytes, std::span<const uint64_t> extents, std::span<const int64_t> x_strides,
                   std::span<const int64_t> y_strides) {
  std::vector<Axis> axes;
  for (size_t i = 0; i < extents.size(); ++i) {
    if (extents[i] != 1) axes.push_back({extents[i], x_strides[i], y_strides[i]});
  }
  // Outermost the axis over which the output steps widest, so that it is written front to back.
  std::stable_sort(axes.begin(), axes.end(),
                   [](const Axis& a, const Axis& b) { return std::abs(a.y) > std::abs(b.y); });
  std::vector<Axis> joined;
  for (const Axis& axis : axes) {
    const auto extent = static_cast<int64_t>(axis.extent);
    if (!joined.empty() && joined.back().x == axis.x * extent && joined.back().y == axis.y * extent) {
      joined.back() = {joined.back().extent * axis.extent, axis.x, axis.y};
    } else {
      joined.push_back(axis);
    }
  }
  if (joined.empty()) joined.push_back({1, 1, 1});
  if (joined.size() > kMaxCopyRank) return {};
  // The axis along which the input is contiguous becomes the second innermost: it is the one to make blocks with.
  const auto contiguous = std::find_if(joined.begin(), joined.end(), [](const Axis& axis) { return axis.x == 1; });
  if (contiguous != joined.end() && contiguous + 1 < joined.end())
    std::rotate(contiguous, contiguous + 1, joined.end() - 1);

  CopyPlan plan{.rank = joined.size(), .element_bytes = element_bytes};
  for (size_t i = 0; i < joined.size(); ++i) {
    plan.extents[i] = joined[i].extent;
    plan.x_strides[i] = joined[i].x;
    plan.y_strides[i] = joined[i].y;
  }
  if (std::any_of(extents.begin(), extents.end(), [](uint64_t extent) { return extent == 0; })) return plan;
  const Shape shape = shape_of(plan);
  plan.work.items = (shape.outer + shape.per_item - 1) / shape.per_item;
  const double elements =
      static_cast<double>(std::accumulate(extents.begin(), extents.end(), uint64_t{1}, std::multiplies<>()));
  const bool rows = plan.x_strides[plan.rank - 1] == 1 && plan.y_strides[plan.rank - 1] == 1;
  plan.work.ns_per_item =
      elements * (rows ? static_cast<double>(element_bytes) / 20 : 0.5) / static_cast<double>(plan.work.items);
  return plan;
}

void copy(const CopyPlan& plan, const void* x, void* y, uint64_t begin, uint64_t end) {
  switch (plan.element_bytes) {
    case 1:
      return copy_items(plan, static_cast<const uint8_t*>(x), static_cast<uint8_t*>(y), begin, end);
    case 2:
      return copy_items(plan, static_cast<const uint16_t*>(x), static_cast<uint16_t*>(y), begin, end);
    case 4:
      return copy_items(plan, static_cast<const uint32_t*>(x), static_cast<uint32_t*>(y), begin, end);
    default:
      return copy_items(plan, static_cast<const uint64_t*>(x), static_cast<uint64_t*>(y), begin, end);
  }
}

}  // namespace mortise::neon
