// Inference of pooling, over windows, over everything, and over regions.
#include <algorithm>

#include "core/infer/context.h"
#include "core/infer/operator_table.h"
#include "core/infer/operators/sliding_window.h"

namespace mortise::infer {

Status infer_pool(InferContext& context) {
  const Dims* input = context.dims(0);
  if (input == nullptr) return {};
  MORTISE_TRY(context.expect_rank_at_least(0, 2));
  MORTISE_ASSIGN(const SlidingWindow window, read_sliding_window(context, input->size() - 2, nullptr));
  const Partial partial = context.node().get_int("ceil_mode", 0) != 0 ? Partial::kKept : Partial::kDropped;
  Dims output{(*input)[0], (*input)[1]};
  for (size_t i = 0; i < window.num_axes(); ++i) {
    MORTISE_ASSIGN(const Dim extent, window_positions(context, (*input)[i + 2], window, i, partial));
    output.push_back(extent);
  }
  context.set_shape(0, output);
  context.set_shape(1, std::move(output));
  return {};
}

Status infer_global_pool(InferContext& context) {
  std::optional<Dims> output = context.input(0).dims;
  if (output) {
    MORTISE_TRY(context.expect_rank_at_least(0, 2));
    std::fill(output->begin() + 2, output->end(), known_dim(1));
  }
  context.set_shape(0, std::move(output));
  return {};
}

// The way back from a pool; input 2 is the shape of what was pooled.
Status infer_max_unpool(InferContext& context) {
  const Dims* input = context.dims(0);
  if (input == nullptr) return {};
  if (context.has_input(2)) {
    context.set_shape(0, context.shape(2));
    return {};
  }
  MORTISE_TRY(context.expect_rank_at_least(0, 2));
  MORTISE_ASSIGN(const SlidingWindow window, read_sliding_window(context, input->size() - 2, nullptr));
  Dims output{(*input)[0], (*input)[1]};
  for (size_t i = 0; i < window.num_axes(); ++i) {
    const Dim& extent = (*input)[i + 2];
    const Dim reach = window.reach(i);
    const int64_t pads = saturating_add(window.pads[i], window.pads[i + window.num_axes()]);
    const bool known = is_known(extent) && is_known(reach);
    const int64_t apart = known ? saturating_multiply(extent.value - 1, window.strides[i]) : 0;
    output.push_back(known ? to_extent(saturating_subtract(saturating_add(apart, reach.value), pads)) : kUnknownDim);
  }
  context.set_shape(0, std::move(output));
  return {};
}

// x [N, C, H, W], regions [R, 5].
Status infer_max_roi_pool(InferContext& context) {
  MORTISE_TRY(context.expect_rank(0, 4));
  MORTISE_TRY(context.expect_rank(1, 2));
  MORTISE_ASSIGN(const auto shape, list_attribute(context, "pooled_shape", 2, 1, 1));
  context.set_shape(0, Dims{context.extent(1, 0), context.extent(0, 1), known_dim(shape[0]), known_dim(shape[1])});
  return {};
}

// x [N, C, H, W], regions [R, 4], the image that each is in [R].
Status infer_roi_align(InferContext& context) {
  MORTISE_TRY(context.expect_rank(0, 4));
  MORTISE_TRY(context.expect_rank(1, 2));
  MORTISE_TRY(context.expect_rank(2, 1));
  const Dim height = known_dim(context.node().get_int("output_height", 1));
  const Dim width = known_dim(context.node().get_int("output_width", 1));
  MORTISE_ASSIGN(const Dim regions, context.same(context.extent(1, 0), context.extent(2, 0), "regions"));
  context.set_shape(0, Dims{regions, context.extent(0, 1), height, width});
  return {};
}

Status infer_nms(InferContext& context) {
  context.set_shape(0, Dims{kUnknownDim, known_dim(3)});
  return {};
}

}  // namespace mortise::infer
