// Index tensors, checked: what the Gather and the Scatter families share.
#pragma once

#include "providers/reference/ops/strided.h"

namespace mortise::reference {

// All indices, counted from the front, each within [0, extent). In scratch memory.
inline Result<std::span<const int64_t>> checked_indices(KernelContext& context, const Tensor& indices, int64_t extent) {
  MORTISE_TRY(check_indices(indices, "indices"));
  const std::span<int64_t> result = context.scratch<int64_t>(static_cast<uint64_t>(indices.num_elements()));
  for (uint64_t i = 0; i < result.size(); ++i) {
    const int64_t index = index_at(indices, static_cast<int64_t>(i));
    if (index < -extent || index >= extent) {
      return invalid_argument("indices has ", index, " at ", i, ", which is out of range for extent ", extent, "; ",
                              extent == 0 ? "there is nothing to index" : concat("give ", -extent, " to ", extent - 1));
    }
    result[i] = index < 0 ? index + extent : index;
  }
  return std::span<const int64_t>(result);
}

// OK if indices of `shape` address data of `data` along `axis`: no other axis may be longer.
inline Status check_fits(const Shape& shape, const Shape& data, uint32_t axis) {
  bool fits = shape.rank() == data.rank();
  for (uint32_t i = 0; fits && i < shape.rank(); ++i) fits = i == axis || shape[i] <= data[i];
  if (fits) return {};
  return invalid_argument("indices of shape ", to_string(shape), " do not fit data of shape ", to_string(data));
}

// visit(i, position in data) for every index i, in order within a range of rows.
template <class Visit>
void for_each_element(KernelContext& context, const Shape& shape, const Shape& data, uint32_t axis,
                      std::span<const int64_t> indices, Visit&& visit, bool parallel = true) {
  if (indices.empty()) return;
  Shape strides = strides_of(data);
  const int64_t along = strides[axis];
  strides[axis] = 0;
  const int64_t step = strides.back();
  const auto rows = static_cast<uint64_t>(shape.product(0, shape.rank() - 1));
  context.parallel_for(rows, parallel ? grain_for(shape.back()) : rows, [&](uint64_t begin, uint64_t end) {
    for_each_row(shape, strides, begin, end, [&](int64_t first, int64_t offset) {
      for (int64_t i = 0; i < shape.back(); ++i) {
        visit(first + i, offset + i * step + indices[static_cast<uint64_t>(first + i)] * along);
      }
    });
  });
}

// Blocks of data that the last axis of an index tensor names, behind `batch_dims` axes that both have.
struct Blocks {
  std::span<const int64_t> offsets;
  int64_t length = 0;
};
inline Result<Blocks> blocks_of(KernelContext& context, const Shape& data, const Tensor& indices, uint32_t batch_dims) {
  MORTISE_TRY(check_indices(indices, "indices"));
  if (indices.rank() == 0) return invalid_argument("indices is a scalar; it must have at least rank 1");
  const int64_t depth = indices.shape().back();
  if (depth > data.rank() - batch_dims) {
    return invalid_argument("indices ", to_string(indices.shape()), " name ", depth, " axes, but data ",
                            to_string(data), " has ", data.rank() - batch_dims, " behind ", batch_dims, " batch axes");
  }
  const Shape strides = strides_of(data);
  const int64_t count = indices.shape().product(0, indices.rank() - 1);
  const int64_t batches = indices.shape().product(0, batch_dims);
  const int64_t per_batch = batches == 0 ? 1 : std::max<int64_t>(1, count / batches);
  const int64_t batch_stride = data.product(batch_dims, data.rank());
  const std::span<int64_t> offsets = context.scratch<int64_t>(static_cast<uint64_t>(count));
  for (int64_t i = 0; i < count; ++i) {
    int64_t offset = i / per_batch * batch_stride;
    for (int64_t k = 0; k < depth; ++k) {
      const auto axis = batch_dims + static_cast<uint32_t>(k);
      const int64_t index = index_at(indices, i * depth + k);
      if (index < -data[axis] || index >= data[axis]) {
        return invalid_argument("indices has ", index, " at ", i * depth + k, ", which is out of range for axis ", axis,
                                " of data ", to_string(data));
      }
      offset += (index < 0 ? index + data[axis] : index) * strides[axis];
    }
    offsets[static_cast<uint64_t>(i)] = offset;
  }
  return Blocks{offsets, data.product(batch_dims + static_cast<uint32_t>(depth), data.rank())};
}

}  // namespace mortise::reference
