// Inference of reductions, matrix products, normalisations, and quantisation.
#include <algorithm>

#include "core/infer/context.h"
#include "core/infer/operator_table.h"

namespace mortise::infer {

Status infer_reduce(InferContext& context) {
  const Dims* dims = context.dims(0);
  const bool keep = context.node().get_int("keepdims", 1) != 0;
  const auto axes = context.ints("axes", 1);
  const bool all = axes ? axes->empty() : !context.has_input(1);
  if (dims == nullptr || (!axes && !all)) {
    context.set_output(0, context.dtype(0),
                       dims != nullptr && keep ? std::optional(Dims(dims->size(), kUnknownDim)) : std::nullopt);
    return {};
  }
  const bool nothing = all && context.node().get_int("noop_with_empty_axes", 0) != 0;
  MORTISE_ASSIGN(std::vector<bool> mask, context.axis_mask(axes.value_or(std::vector<int64_t>()), dims->size()));
  if (all) mask.assign(dims->size(), !nothing);
  Dims output;
  for (size_t i = 0; i < dims->size(); ++i) {
    if (!mask[i]) output.push_back((*dims)[i]);
    if (mask[i] && keep) output.push_back(known_dim(1));
  }
  context.set_output(0, context.dtype(0), std::move(output));
  return {};
}

Status infer_arg_reduce(InferContext& context) {
  const Dims* dims = context.dims(0);
  std::optional<Dims> output;
  if (dims != nullptr) {
    MORTISE_ASSIGN(const size_t axis, context.axis(context.node().get_int("axis", 0), dims->size()));
    output = *dims;
    (*output)[axis] = known_dim(1);
    if (context.node().get_int("keepdims", 1) == 0) output->erase(output->begin() + static_cast<std::ptrdiff_t>(axis));
  }
  context.set_output(0, DType::kI64, std::move(output));
  return {};
}

namespace {

Status check_inner(const InferContext& context, const Dim& a, const Dim& b) {
  if (!is_known(a) || !is_known(b) || a.value == b.value) return {};
  return context.error("the inner extents ", a.value, " and ", b.value, " of the product differ");
}

}  // namespace

Status infer_gemm(InferContext& context) {
  const Dims* a = context.dims(0);
  const Dims* b = context.dims(1);
  if ((a != nullptr && a->size() != 2) || (b != nullptr && b->size() != 2)) {
    return context.error("the factors are ", to_string(context.input(0)), " and ", to_string(context.input(1)),
                         "; they must be matrices");
  }
  const bool trans_a = context.node().get_int("transA", 0) != 0;
  const bool trans_b = context.node().get_int("transB", 0) != 0;
  if (a != nullptr && b != nullptr) MORTISE_TRY(check_inner(context, (*a)[trans_a ? 0 : 1], (*b)[trans_b ? 1 : 0]));
  const Dim rows = a != nullptr ? (*a)[trans_a ? 1 : 0] : kUnknownDim;
  const Dim columns = b != nullptr ? (*b)[trans_b ? 0 : 1] : kUnknownDim;
  context.set_output(0, context.dtype(0), Dims{rows, columns});
  return {};
}

// QLinearMatMul: a, a_scale, a_zero, b, b_scale, b_zero, y_scale, y_zero.
Status infer_matmul(InferContext& context) {
  const bool quantized = context.node().op_type == "QLinearMatMul";
  const bool integer = context.node().op_type == "MatMulInteger";
  const DType dtype = quantized ? context.dtype(7) : integer ? DType::kI32 : context.dtype(0);
  const Dims* left = context.dims(0);
  const Dims* right = context.dims(quantized ? 3 : 1);
  if (left == nullptr || right == nullptr) {
    context.set_output(0, dtype);
    return {};
  }
  if (left->empty() || right->empty()) return context.error("a factor is a scalar; it needs a rank of at least 1");
  Dims a = *left;
  Dims b = *right;
  if (left->size() == 1) a.insert(a.begin(), known_dim(1));
  if (right->size() == 1) b.push_back(known_dim(1));
  MORTISE_TRY(check_inner(context, a.back(), b[b.size() - 2]));
  const Dim rows = a[a.size() - 2];
  const Dim columns = b.back();
  a.resize(a.size() - 2);
  b.resize(b.size() - 2);
  MORTISE_ASSIGN(Dims output, broadcast(context, a, b));
  if (left->size() != 1) output.push_back(rows);
  if (right->size() != 1) output.push_back(columns);
  context.set_output(0, dtype, std::move(output));
  return {};
}

Status infer_batch_norm(InferContext& context) {
  context.set_output(0, context.input(0));
  const Dims* dims = context.dims(0);
  const Dim channels = dims != nullptr && dims->size() > 1 ? (*dims)[1] : kUnknownDim;
  for (uint32_t i = 1; i < context.num_outputs(); ++i) {
    context.set_output(i, context.dtype(i < 3 && context.version() >= 14 ? i + 2 : 0), Dims{channels});
  }
  return {};
}

Status infer_layer_norm(InferContext& context) {
  context.set_output(0, context.input(0));
  const DType stash = context.dtype_attribute("stash_type", DType::kF32);
  std::optional<Dims> statistics;
  if (const Dims* dims = context.dims(0)) {
    MORTISE_ASSIGN(const size_t axis, context.axis(context.node().get_int("axis", -1), dims->size()));
    statistics = *dims;
    std::fill(statistics->begin() + static_cast<std::ptrdiff_t>(axis), statistics->end(), known_dim(1));
  }
  context.set_output(1, stash, statistics);
  context.set_output(2, stash, statistics);
  return {};
}

Status infer_quantize(InferContext& context) {
  const DType otherwise = context.has_input(2) ? context.dtype(2) : DType::kU8;
  const DType named = context.dtype_attribute("output_dtype", otherwise);
  context.set_output(0, named == DType::kUndefined ? otherwise : named, context.input(0).dims);
  return {};
}

Status infer_dequantize(InferContext& context) {
  const DType named = context.dtype_attribute("output_dtype", DType::kUndefined);
  context.set_output(0, named == DType::kUndefined ? context.dtype(1) : named, context.input(0).dims);
  return {};
}

Status infer_dynamic_quantize(InferContext& context) {
  context.set_output(0, DType::kU8, context.input(0).dims);
  context.set_output(1, DType::kF32, Dims{});
  context.set_output(2, DType::kU8, Dims{});
  return {};
}

}  // namespace mortise::infer
