// SPDX-License-Identifier: Apache-2.0
//
// MatMul and Gemm, and the dispatch that they share.
#include "product.h"

#include <algorithm>

#include "../strided.h"
#include "mortise/provider.h"
#include "mortise/sdk/onnx/axes.h"

namespace mortise::vulkan {
namespace {

// Of shaders/product.comp.
constexpr uint32_t kRows = 8;
constexpr uint32_t kColumns = 4;
constexpr int64_t kSharedTile = 64;
constexpr uint32_t kSharedGroup = 128;

}  // namespace

// A tile no higher than the matrix: vectors and small batches are common.
std::vector<uint32_t> tile_constants(const Lowering& l, int64_t m) {
  if (l.target().shared_tiles) return {kSharedGroup, kRows, kColumns};
  return {Lowering::kGroup, m >= 8 ? kRows : m >= 4 ? 4u : 1u, kColumns};
}

void cover_tiles(const Lowering& l, Step& step, int64_t batches, int64_t m, int64_t n) {
  const int64_t rows = l.target().shared_tiles ? kSharedTile : step.spec[1];
  const int64_t columns = l.target().shared_tiles ? kSharedTile : step.spec[2];
  const auto tiles = static_cast<uint64_t>(batches * ((m + rows - 1) / rows) * ((n + columns - 1) / columns));
  l.cover(step, tiles, l.target().shared_tiles ? 1 : Lowering::kGroup);
}

Step& add_product(Lowering& l, const Product& given, TensorId output, TensorId a, TensorId b) {
  Product product = given;
  Shape strides[] = {product.a_batch, product.b_batch};
  merge_axes(product.batch_dims, strides);
  if (product.batch_dims.rank() > 3) l.refuse(MORTISE_REFUSAL_RANK, "the batches are broadcast along too many axes");
  Step& step = add_chained(l, l.target().shared_tiles ? Shader::product_shared : Shader::product,
                           tile_constants(l, product.m), output, {a, b});
  const int64_t batches = product.batch_dims.num_elements();
  for (const int64_t number :
       {product.m, product.n, product.k, batches, product.a_row, product.a_column, product.b_row, product.b_column}) {
    step.push.push_back(static_cast<uint32_t>(number));
  }
  const auto push_axes = [&](const Shape& values, uint32_t otherwise) {
    for (uint32_t i = 0; i < 3; ++i) {
      step.push.push_back(i < values.rank() ? static_cast<uint32_t>(values[i]) : otherwise);
    }
  };
  push_axes(product.batch_dims, 1);
  push_axes(strides[0], 0);
  push_axes(strides[1], 0);
  cover_tiles(l, step, batches, product.m, product.n);
  return step;
}

namespace ops {

void matmul(Lowering& l) {
  const TensorId a = l.input(0), b = l.input(1), output = l.output();
  Shape a_dims = l.dims(a), b_dims = l.dims(b);
  if (a_dims.rank() == 0 || b_dims.rank() == 0) l.refuse(MORTISE_REFUSAL_RANK, "an operand is a scalar");
  if (a_dims.rank() == 1) a_dims.insert(0, 1);
  if (b_dims.rank() == 1) b_dims.insert(1, 1);
  const uint32_t a_rank = a_dims.rank(), b_rank = b_dims.rank();
  if (a_dims[a_rank - 1] != b_dims[b_rank - 2]) l.refuse(MORTISE_REFUSAL_SHAPE, "the shapes do not go together");
  Product product;
  product.m = a_dims[a_rank - 2];
  product.k = a_dims[a_rank - 1];
  product.n = b_dims[b_rank - 1];
  product.a_row = product.k;
  product.b_row = product.n;
  product.a_column = product.b_column = 1;
  const Shape a_batch(std::span(a_dims.data(), a_rank - 2)), b_batch(std::span(b_dims.data(), b_rank - 2));
  product.batch_dims = Shape(std::max(a_batch.rank(), b_batch.rank()), 1);
  for (uint32_t i = 0; i < product.batch_dims.rank(); ++i) {
    const uint32_t from_end = product.batch_dims.rank() - i;
    const int64_t x = from_end <= a_batch.rank() ? a_batch[a_batch.rank() - from_end] : 1;
    const int64_t y = from_end <= b_batch.rank() ? b_batch[b_batch.rank() - from_end] : 1;
    if (x != y && x != 1 && y != 1) l.refuse(MORTISE_REFUSAL_SHAPE, "the batches do not go together");
    product.batch_dims[i] = std::max(x, y);
  }
  const auto batch_strides = [&](const Shape& batch, int64_t matrix) {
    Shape strides = broadcast_strides(batch, product.batch_dims);
    for (int64_t& stride : strides) stride *= matrix;
    return strides;
  };
  product.a_batch = batch_strides(a_batch, product.m * product.k);
  product.b_batch = batch_strides(b_batch, product.k * product.n);
  if (l.dims(output).num_elements() != product.batch_dims.num_elements() * product.m * product.n) {
    l.refuse(MORTISE_REFUSAL_SHAPE, "the output has another shape");
  }
  add_product(l, product, output, a, b);
}

void gemm(Lowering& l) {
  const TensorId a = l.input(0), b = l.input(1), output = l.output();
  const Shape &a_dims = l.dims(a), &b_dims = l.dims(b);
  if (a_dims.rank() != 2 || b_dims.rank() != 2) l.refuse(MORTISE_REFUSAL_RANK, "an operand is not a matrix");
  const bool turn_a = l.node().get_int("transA", 0) != 0, turn_b = l.node().get_int("transB", 0) != 0;
  Product product;
  product.m = a_dims[turn_a ? 1 : 0];
  product.k = a_dims[turn_a ? 0 : 1];
  product.n = b_dims[turn_b ? 0 : 1];
  product.a_row = turn_a ? 1 : a_dims[1];
  product.a_column = turn_a ? a_dims[1] : 1;
  product.b_row = turn_b ? 1 : b_dims[1];
  product.b_column = turn_b ? b_dims[1] : 1;
  if (b_dims[turn_b ? 1 : 0] != product.k || l.dims(output) != Shape{product.m, product.n}) {
    l.refuse(MORTISE_REFUSAL_SHAPE, "the shapes do not go together");
  }
  const float alpha = l.node().get_float("alpha", 1), beta = l.node().get_float("beta", 1);
  // Resolved first: a step refers to the program, which a new tensor would move.
  const TensorId c = l.node().has_input(2) ? l.input(2) : MORTISE_NO_ID;
  Step& step = add_product(l, product, output, a, b);
  if (alpha != 1) chain(l, step, PointOp::kMul, alpha);
  if (c != MORTISE_NO_ID && beta != 0) chain(l, step, beta == 1 ? PointOp::kAdd : PointOp::kAddScaled, c, beta);
}

}  // namespace ops
}  // namespace mortise::vulkan
