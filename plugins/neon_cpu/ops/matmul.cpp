// SPDX-License-Identifier: Apache-2.0
//
// See matmul.h.
#include "matmul.h"

#include <algorithm>
#include <memory>

#include "../broadcast.h"
#include "../kernels/gemm.h"
#include "../registry.h"

namespace mortise::neon {
namespace {

// The operands as stacks of matrices.
struct Product {
  uint64_t m, n, k;
  Shape a_batch, b_batch, batch;
};

// One matrix each, or as numpy.matmul takes vectors and stacks.
Result<Product> product_of(Shape a, Shape b, const MatMulOp::Options& options) {
  if (a.rank() == 0 || b.rank() == 0) return invalid_argument("a scalar is no matrix");
  if (options.is_gemm && (a.rank() != 2 || b.rank() != 2)) {
    return invalid_argument("matrices ", to_string(a), " and ", to_string(b), " are not of rank 2");
  }
  if (a.rank() == 1) a.insert(0, 1);
  if (b.rank() == 1) b.insert(1, 1);
  const auto extent = [](const Shape& s, bool transposed, bool row) {
    return static_cast<uint64_t>(s[s.rank() - (transposed == row ? 1u : 2u)]);
  };
  Product p{.m = extent(a, options.transpose_a, true),
            .n = extent(b, options.transpose_b, false),
            .k = extent(a, options.transpose_a, false),
            .a_batch = Shape(std::span(a.data(), a.rank() - 2)),
            .b_batch = Shape(std::span(b.data(), b.rank() - 2)),
            .batch = {}};
  if (p.k != extent(b, options.transpose_b, true)) {
    return invalid_argument("matrices ", to_string(a), " and ", to_string(b), " do not fit");
  }
  const Shape batches[] = {p.a_batch, p.b_batch};
  MORTISE_ASSIGN(p.batch, broadcast(batches));
  return p;
}

// Of a batch whose matrices are found through a list, which is made with the plan.
constexpr uint64_t kMaxMembers = uint64_t{1} << 20;

// Where the matrices of each member of the batch begin, `size` elements apart.
std::vector<int64_t> offsets_of(const Shape& mine, const Shape& batch, uint64_t size) {
  const Shape strides = broadcast_strides(mine, batch);
  std::vector<int64_t> offsets;
  for (uint64_t i = 0; i < static_cast<uint64_t>(batch.num_elements()); ++i) {
    offsets.push_back(broadcast_offset(i, batch, strides) * static_cast<int64_t>(size));
  }
  return offsets;
}

Matrix matrix(uint64_t rows, uint64_t columns, bool transposed) {
  return transposed ? Matrix{nullptr, 1, static_cast<int64_t>(rows)}
                    : Matrix{nullptr, static_cast<int64_t>(columns), 1};
}

// What the body of a call refers to.
struct Prepared {
  Gemm gemm;
  std::vector<int64_t> a_offsets, b_offsets, c_offsets;
};

uint64_t aligned_floats(uint64_t count) { return (count + 15) / 16 * 16; }

}  // namespace

Status MatMulOp::infer(std::span<const Shape> in, std::span<Shape> out) const {
  const Shape b = b_shape(in);
  MORTISE_ASSIGN(const Product p, product_of(in[0], b, options_));
  out[0] = p.batch;
  if (in[0].rank() != 1) out[0].push_back(static_cast<int64_t>(p.m));
  if (b.rank() != 1) out[0].push_back(static_cast<int64_t>(p.n));
  if (addend_ != kNone) {
    const Shape both[] = {in[addend_], out[0]};
    MORTISE_ASSIGN(const Shape all, broadcast(both));
    if (all != out[0]) return invalid_argument("C ", to_string(in[addend_]), " does not fit ", to_string(out[0]));
    return {};
  }
  return check_residual(in, out[0]);
}

uint64_t MatMulOp::bias_size(const Shape& shape) const {
  // One per column: the last axis; of a vector b there is no such axis.
  if (!options_.b || options_.b->dims().size() < 2) return 0;
  const Shape b(options_.b->dims());
  const int64_t n = b[b.rank() - (options_.transpose_b ? 2 : 1)];
  const bool fits = shape.num_elements() == 1 || (shape.back() == n && shape.num_elements() == n);
  return fits ? static_cast<uint64_t>(n) : 0;
}

Status MatMulOp::prepare(const sdk::Host& host) {
  if (!options_.b) return {};
  Shape b(options_.b->dims());
  if (b.rank() == 1) b.insert(1, 1);
  if (b.num_elements() == 0) return {};
  auto rows = static_cast<uint64_t>(b[b.rank() - 2]), columns = static_cast<uint64_t>(b.back());
  if (options_.transpose_b) std::swap(rows, columns);
  const uint64_t size = aligned_floats(packed_b_size(rows, columns));
  const auto count = static_cast<uint64_t>(b.product(0, b.rank() - 2));
  MORTISE_ASSIGN(packed_, host.allocate(DType::kF32, {static_cast<int64_t>(size * count)}));
  const float* from = options_.b->data<float>().data();
  for (uint64_t i = 0; i < count; ++i) {
    Matrix one = matrix(rows, columns, options_.transpose_b);
    one.data = from + i * rows * columns;
    pack_b(rows, columns, one, packed_.data<float>() + i * size);
  }
  return {};
}

// factor * C, spread over the output's shape, in the temporary: a residual.
void MatMulOp::plan_addend(const Shape& addend, const Shape& out, Call& call) const {
  call.temporary_bytes = static_cast<uint64_t>(out.num_elements()) * sizeof(float);
  const Shape strides = broadcast_strides(addend, out);
  auto plan = plan_pointwise({{.op = PointwiseOp::kMulConstant, .to = 1, .a = 0, .alpha = addend_factor_}},
                             {{Element::kF32, {strides.begin(), strides.end()}}}, Element::kF32,
                             std::vector<uint64_t>(out.begin(), out.end()));
  const Work work = plan.work;
  call.split(work, [plan = std::move(plan), index = addend_](const Operands& o, uint64_t begin, uint64_t end) {
    const void* from = o.inputs[index];
    pointwise(plan, &from, o.temporary, begin, end, o.scratch);
  });
}

void MatMulOp::plan(std::span<const Shape> in, std::span<const Shape> out, Call& call) const {
  const Shape b = b_shape(in);
  const Product p = product_of(in[0], b, options_).value();
  const auto made = std::make_shared<Prepared>();
  Gemm& gemm_call = made->gemm;
  gemm_call.shape = {.m = p.m, .n = p.n, .k = p.k, .batch = static_cast<uint64_t>(p.batch.num_elements())};
  gemm_call.a = matrix(p.m, p.k, options_.transpose_a);
  gemm_call.b = matrix(p.k, p.n, options_.transpose_b);
  gemm_call.c_stride = static_cast<int64_t>(p.n);
  if (!options_.transpose_a && p.b_batch.num_elements() == 1) {
    // The rows of a batch that share b are rows of one matrix.
    gemm_call.shape.m *= gemm_call.shape.batch;
    gemm_call.shape.batch = 1;
  } else if (out[0].num_elements() == 0) {
    // A batch of empty matrices may be as long as it likes.
    gemm_call.shape.batch = 0;
  } else if (gemm_call.shape.batch > kMaxMembers) {
    call.status = unimplemented("a stack of ", gemm_call.shape.batch, " matrices; this provider takes ", kMaxMembers);
    return;
  } else if (gemm_call.shape.batch != 1) {
    const uint64_t packed_size = aligned_floats(packed_b_size(p.k, p.n));
    made->a_offsets = offsets_of(p.a_batch, p.batch, p.m * p.k);
    made->b_offsets = offsets_of(p.b_batch, p.batch, options_.b ? packed_size : p.k * p.n);
    made->c_offsets = offsets_of(p.batch, p.batch, p.m * p.n);
    gemm_call.a_offsets = made->a_offsets.data();
    gemm_call.b_offsets = made->b_offsets.data();
    gemm_call.c_offsets = made->c_offsets.data();
  }
  if (addend_ != kNone) plan_addend(in[addend_], out[0], call);
  call.split(gemm_work(gemm_call.shape), [this, made](const Operands& o, uint64_t begin, uint64_t end) {
    Gemm now = made->gemm;
    now.a.data = o.in<float>(0);
    if (options_.b) {
      now.packed_b = packed_.data<float>();
    } else {
      now.b.data = o.in<float>(1);
    }
    now.c = o.out<float>();
    now.epilogue = epilogue(o);
    now.epilogue.column_bias = bias();
    if (addend_ != kNone) now.epilogue.residual = reinterpret_cast<const float*>(o.temporary);
    gemm(now, begin, end, o.scratch);
  });
}

namespace {

// A constant b is packed, anything else an operand.
void take_b(NodeReader& node, MatMulOp::Options& options) {
  if (node.is_constant(1)) {
    options.b = node.constant_f32(1);
    const size_t rank = options.b->dims().size();
    if (options.is_gemm ? rank != 2 : rank == 0) node.refuse(MORTISE_REFUSAL_RANK, "input 1 has rank ", rank);
  } else {
    node.operand(1);
  }
}

}  // namespace

Lowered lower_matmul(NodeReader& node) {
  MatMulOp::Options options;
  node.operand(0);
  take_b(node, options);
  node.result();
  return node.make<MatMulOp>(options);
}

Lowered lower_gemm(NodeReader& node) {
  MatMulOp::Options options{.transpose_a = node.get_int("transA", 0) != 0,
                            .transpose_b = node.get_int("transB", 0) != 0,
                            .is_gemm = true,
                            .b = {}};
  node.operand(0);
  take_b(node, options);
  const float alpha = node.get_float("alpha", 1), beta = node.get_float("beta", 1);
  auto op = std::make_unique<MatMulOp>(options);
  if (alpha != 1 && !op->multiply(alpha)) node.refuse(MORTISE_REFUSAL_ATTRIBUTE, "alpha is ", alpha);
  if (node.has_input(2) && beta != 0) {
    bool is_bias = false;
    if (node.is_constant(2)) {
      std::vector<float> bias = node.numbers<float>(2);
      for (float& each : bias) each *= beta;
      is_bias = op->add_bias(bias.data(), Shape(node.constant(2).dims()));
    }
    if (!is_bias) {
      if (node.rank(2) > 2) node.refuse(MORTISE_REFUSAL_RANK, "C has rank ", node.rank(2));
      node.operand(2);
      op->add_addend(options.b ? 1 : 2, beta);
    }
  }
  node.result();
  return node.wrap(std::move(op));
}

}  // namespace mortise::neon
