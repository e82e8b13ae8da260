// Inference of convolutions.
#include <algorithm>
#include <optional>

#include "core/infer/context.h"
#include "core/infer/operator_table.h"
#include "core/infer/operators/sliding_window.h"

namespace mortise::infer {

namespace {

// Weights are [M, C / groups, k1, k2, …] for an input [N, C, d1, d2, …].
Status check_channels(const InferContext& context, const Dim& channels, const Dims* weights) {
  if (weights == nullptr) return {};
  const int64_t groups = context.node().get_int("group", 1);
  const Dim& outputs = (*weights)[0];
  if (is_known(outputs) && outputs.value % groups != 0) {
    return context.error("its ", outputs.value, " output channels cannot be split into ", groups, " groups");
  }
  if (differ(channels, multiply((*weights)[1], known_dim(groups)))) {
    return context.error("its input has ", channels.value, " channels, but its weights take ", (*weights)[1].value,
                         " in each of ", groups, " groups");
  }
  return {};
}

// bias_input: which the operator may not have.
Status infer_conv_of(InferContext& context, uint32_t weights_input, std::optional<uint32_t> bias_input) {
  const Dims* input = context.dims(0);
  const Dims* weights = context.dims(weights_input);
  if (input == nullptr) return {};
  MORTISE_TRY(context.expect_rank_at_least(0, 2));
  MORTISE_TRY(context.expect_rank(weights_input, input->size()));
  if (bias_input) MORTISE_TRY(context.expect_rank(*bias_input, 1));
  MORTISE_TRY(check_channels(context, (*input)[1], weights));
  MORTISE_ASSIGN(const SlidingWindow window, read_sliding_window(context, input->size() - 2, weights));
  Dims output{(*input)[0], context.extent(weights_input, 0)};
  for (size_t i = 0; i < window.num_axes(); ++i) {
    MORTISE_ASSIGN(const Dim extent, window_positions(context, (*input)[i + 2], window, i, Partial::kDropped));
    output.push_back(extent);
  }
  context.set_shape(0, std::move(output));
  return {};
}

Result<Dim> transposed_extent(const InferContext& context, const SlidingWindow& window, size_t axis, int64_t extra) {
  const Dim& input = (*context.dims(0))[axis + 2];
  const Dim reach = window.reach(axis);
  if (window.is_same()) return multiply(input, known_dim(window.strides[axis]));
  if (!is_known(input) || !is_known(reach)) return kUnknownDim;
  const int64_t apart = saturating_multiply(window.strides[axis], input.value - 1);
  int64_t total = saturating_add(saturating_add(apart, reach.value), extra);
  if (window.auto_pad != "VALID") {
    total = saturating_subtract(total, saturating_add(window.pads[axis], window.pads[axis + window.num_axes()]));
  }
  if (total < 0) return context.error("axis ", axis + 2, " of the output would have the extent ", total);
  return known_dim(total);
}

}  // namespace

Status infer_conv(InferContext& context) { return infer_conv_of(context, 1, 2); }
Status infer_conv_integer(InferContext& context) { return infer_conv_of(context, 1, std::nullopt); }
Status infer_deform_conv(InferContext& context) { return infer_conv_of(context, 1, 3); }

// x, x_scale, x_zero, w, w_scale, w_zero, y_scale, y_zero, bias.
Status infer_qlinear_conv(InferContext& context) { return infer_conv_of(context, 3, 8); }

// Weights are [C, M / groups, k1, k2, …].
Status infer_conv_transpose(InferContext& context) {
  const Dims* input = context.dims(0);
  const Dims* weights = context.dims(1);
  if (input == nullptr) return {};
  MORTISE_TRY(context.expect_rank_at_least(0, 2));
  MORTISE_TRY(context.expect_rank(1, input->size()));
  MORTISE_TRY(context.expect_rank(2, 1));
  if (weights != nullptr && differ((*input)[1], (*weights)[0])) {
    return context.error("its input has ", (*input)[1].value, " channels, but its weights take ", (*weights)[0].value);
  }
  const size_t axes = input->size() - 2;
  MORTISE_ASSIGN(const SlidingWindow window, read_sliding_window(context, axes, weights));
  MORTISE_ASSIGN(const auto extra, list_attribute(context, "output_padding", axes, 0, 0));
  MORTISE_ASSIGN(const auto shape, list_attribute(context, "output_shape", axes, -1, 0));
  Dims output{(*input)[0], multiply(context.extent(1, 1), known_dim(context.node().get_int("group", 1)))};
  for (size_t i = 0; i < axes; ++i) {
    MORTISE_ASSIGN(const Dim extent, transposed_extent(context, window, i, extra[i]));
    output.push_back(shape[i] >= 0 ? known_dim(shape[i]) : extent);
  }
  context.set_shape(0, std::move(output));
  return {};
}

// Blocks of pixels that overlap, one column each: [N, C * block, L] to [N, C, image].
Status infer_col2im(InferContext& context) {
  MORTISE_TRY(context.expect_rank(0, 3));
  const auto image = context.shape(1);
  const auto block = context.shape(2);
  if (!image) return {};
  if (block && block->size() != image->size()) {
    return context.error("the image has ", image->size(), " axes, but a block has ", block->size());
  }
  Dims output{context.extent(0, 0), block ? divide(context.extent(0, 1), product(*block)) : kUnknownDim};
  output.insert(output.end(), image->begin(), image->end());
  context.set_shape(0, std::move(output));
  return {};
}

// input [B, C, L], weight [C, 1, k], bias [C]; the state is the last k - 1 positions.
Status infer_causal_conv(InferContext& context) {
  for (const uint32_t i : {0, 1, 3}) MORTISE_TRY(context.expect_rank(i, 3));
  MORTISE_TRY(context.expect_rank(2, 1));
  const Dim taps = context.extent(1, 2);
  if (taps.value == 0) return context.error("axis 2 of its weight is empty");
  MORTISE_ASSIGN(const Dim batch, context.same(context.extent(0, 0), context.extent(3, 0), "entries of the batch"));
  MORTISE_ASSIGN(Dim channels, context.same(context.extent(0, 1), context.extent(1, 0), "channels"));
  MORTISE_ASSIGN(channels, context.same(channels, context.extent(2, 0), "channels"));
  MORTISE_ASSIGN(channels, context.same(channels, context.extent(3, 1), "channels"));
  MORTISE_ASSIGN(const Dim state, context.same(add(taps, -1), context.extent(3, 2), "positions before the first"));
  context.set_shape(0, Dims{batch, channels, context.extent(0, 2)});
  context.set_shape(1, Dims{batch, channels, state});
  return {};
}

}  // namespace mortise::infer
