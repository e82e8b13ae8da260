// Inference of normalisations, losses and quantisation: the shape of the data, and statistics beside it.
#include <algorithm>

#include "core/infer/context.h"
#include "core/infer/operator_table.h"

namespace mortise::infer {

// Statistics per channel behind the normalised data. Before version 9, 'spatial' may be 0: then each place of a channel
// has its own.
Status infer_batch_norm(InferContext& context) {
  context.set_shape(0, context.input(0).dims);
  if (context.node().get_int("spatial", 1) == 0) return {};
  const Dims* dims = context.dims(0);
  Dim channels = dims == nullptr ? kUnknownDim : dims->size() > 1 ? (*dims)[1] : known_dim(1);
  for (uint32_t i = 1; i < 5; ++i) {
    MORTISE_TRY(context.expect_rank(i, 1));
    MORTISE_ASSIGN(channels, context.same(channels, context.extent(i, 0), "channels"));
  }
  for (uint32_t i = 1; i < context.num_outputs(); ++i) context.set_shape(i, Dims{channels});
  return {};
}

Status infer_layer_norm(InferContext& context) {
  context.set_shape(0, context.input(0).dims);
  MORTISE_ASSIGN(const DType stash, context.dtype_attribute("stash_type", DType::kF32));
  std::optional<Dims> statistics = context.input(0).dims;
  if (statistics) {
    MORTISE_ASSIGN(const size_t axis, context.axis(context.node().get_int("axis", -1), statistics->size()));
    std::fill(statistics->begin() + static_cast<std::ptrdiff_t>(axis), statistics->end(), known_dim(1));
  }
  context.set_tensor(1, stash, statistics);
  context.set_tensor(2, stash, std::move(statistics));
  return {};
}

// Scores [N, C, d1, …], targets [N, d1, …]: one loss per target, or one for all.
Status infer_loss(InferContext& context) {
  MORTISE_TRY(context.expect_rank_at_least(0, 2));
  std::optional<Dims> output = context.input(0).dims;
  if (output) {
    output->erase(output->begin() + 1);
    MORTISE_TRY(context.expect_rank(1, output->size()));
    for (size_t i = 0; i < output->size(); ++i) {
      MORTISE_ASSIGN((*output)[i],
                     context.same((*output)[i], context.extent(1, i), "scores and targets along an axis"));
    }
  } else {
    output = context.input(1).dims;
  }
  if (context.node().get_string("reduction", "mean") != "none") output.emplace();
  context.set_shape(0, std::move(output));
  context.set_shape(1, context.input(0).dims);
  return {};
}

// The element type: the attribute's, otherwise that of the zero point, otherwise uint8.
Status infer_quantize(InferContext& context) {
  const DType otherwise = context.has_input(2) ? context.dtype(2) : DType::kU8;
  const bool named = context.node().get_int("output_dtype", 0) != 0;
  MORTISE_ASSIGN(const DType dtype, named ? context.dtype_attribute("output_dtype", otherwise) : otherwise);
  context.set_tensor(0, dtype, context.input(0).dims);
  return {};
}

// The attribute's element type, otherwise the scale's.
Status infer_dequantize(InferContext& context) {
  const DType otherwise = context.dtype(1);
  const bool named = context.node().get_int("output_dtype", 0) != 0;
  MORTISE_ASSIGN(const DType dtype, named ? context.dtype_attribute("output_dtype", otherwise) : otherwise);
  context.set_tensor(0, dtype, context.input(0).dims);
  return {};
}

Status infer_dynamic_quantize(InferContext& context) {
  context.set_shape(0, context.input(0).dims);
  context.set_shape(1, Dims{});
  context.set_shape(2, Dims{});
  return {};
}

}  // namespace mortise::infer
