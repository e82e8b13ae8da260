// Inference of vision, signal, attention and loss operators.
#include "core/infer/context.h"
#include "core/infer/operator_table.h"

namespace mortise::infer {

// Resize, Upsample: extents are known only if 'sizes' lists all of them; otherwise the rank.
Status infer_resize(InferContext& context) {
  const Dims* dims = context.dims(0);
  std::optional<Dims> output = dims != nullptr ? std::optional(Dims(dims->size(), kUnknownDim)) : std::nullopt;
  const auto sizes = context.ints(3);
  const bool stretched = context.node().get_string("keep_aspect_ratio_policy", "stretch") == "stretch";
  if (sizes && output && sizes->size() == output->size() && stretched && context.node().find("axes") == nullptr) {
    for (size_t i = 0; i < sizes->size(); ++i) {
      if ((*sizes)[i] < 0) return context.error("input 'sizes' has the extent ", (*sizes)[i]);
      (*output)[i] = known_dim((*sizes)[i]);
    }
  }
  context.set_output(0, context.dtype(0), std::move(output));
  return {};
}

Status infer_window(InferContext& context) {
  const auto size = context.scalar(0);
  context.set_output(0, context.dtype_attribute("output_datatype", DType::kF32),
                     Dims{size && *size >= 0 ? known_dim(*size) : kUnknownDim});
  return {};
}

Status infer_det(InferContext& context) {
  std::optional<Dims> output = context.input(0).dims;
  if (output) {
    MORTISE_TRY(context.expect_rank(0, 2));
    output->resize(output->size() - 2);
  }
  context.set_output(0, context.dtype(0), std::move(output));
  return {};
}

Status infer_grid_sample(InferContext& context) {
  const Dims* x = context.dims(0);
  const Dims* grid = context.dims(1);
  std::optional<Dims> output;
  if (x != nullptr && grid != nullptr) {
    MORTISE_TRY(context.expect_rank(0, 3));
    if (grid->size() != x->size()) return context.error("its input and its grid differ in rank");
    output = Dims{(*x)[0], (*x)[1]};
    output->insert(output->end(), grid->begin() + 1, grid->end() - 1);
  }
  context.set_output(0, context.dtype(0), std::move(output));
  return {};
}

Status infer_nll_loss(InferContext& context) {
  const bool none = context.node().get_string("reduction", "mean") == "none";
  context.set_output(0, context.dtype(0), none ? context.input(1).dims : std::optional(Dims{}));
  return {};
}

Status infer_softmax_loss(InferContext& context) {
  MORTISE_TRY(infer_nll_loss(context));
  context.set_output(1, context.input(0));
  return {};
}

// Q, K, V, mask, past key, past value. Rank 4 is [batch, heads, sequence, size]; rank 3 packs heads and size.
Status infer_attention(InferContext& context) {
  const Dims* q = context.dims(0);
  const Dims* v = context.dims(2);
  std::optional<Dims> output;
  if (q != nullptr && v != nullptr && q->size() == v->size() && (q->size() == 3 || q->size() == 4)) {
    output = *q;
    output->back() = q->size() == 4 ? v->back() : kUnknownDim;
    const int64_t q_heads = context.node().get_int("q_num_heads", 0);
    const int64_t kv_heads = context.node().get_int("kv_num_heads", 0);
    if (q->size() == 3 && q_heads > 0 && kv_heads > 0 && is_known(v->back())) {
      output->back() = known_dim(saturating_multiply(v->back().value / kv_heads, q_heads));
    }
  }
  context.set_output(0, context.dtype(0), std::move(output));
  context.set_output(1, context.dtype(1));
  context.set_output(2, context.dtype(2));
  context.set_output(3, context.dtype(0));
  return {};
}

Status infer_flex_attention(InferContext& context) { return infer_attention(context); }

Status infer_unique(InferContext& context) {
  const auto* axis = context.node().get<int64_t>("axis");
  std::optional<Dims> output = axis == nullptr ? std::optional(Dims{kUnknownDim}) : context.input(0).dims;
  if (axis != nullptr && output) {
    MORTISE_ASSIGN(const size_t position, context.axis(*axis, output->size()));
    (*output)[position] = kUnknownDim;
  }
  context.set_output(0, context.dtype(0), std::move(output));
  for (uint32_t i = 1; i < context.num_outputs(); ++i) context.set_output(i, DType::kI64, Dims{kUnknownDim});
  return {};
}

}  // namespace mortise::infer
