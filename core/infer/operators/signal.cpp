// Inference of signal processing.
#include "core/infer/context.h"
#include "core/infer/operator_table.h"

namespace mortise::infer {

namespace {

// The frequencies from 0 to half the rate.
Dim one_side(const Dim& length) { return add(divide(length, known_dim(2)), is_known(length) ? 1 : 0); }

Dim scalar_extent(const InferContext& context, uint32_t i) {
  const auto number = context.scalar(i);
  return number ? to_extent(*number) : kUnknownDim;
}

}  // namespace

// The last axis holds the real part, or that and the imaginary one. The axis is an attribute before version 20.
Status infer_dft(InferContext& context) {
  const Dims* input = context.dims(0);
  if (input == nullptr) return {};
  MORTISE_TRY(context.expect_rank_at_least(0, 2));
  const bool inverse = context.node().get_int("inverse", 0) != 0;
  const bool one_sided = context.node().get_int("onesided", 0) != 0;
  const bool to_real = inverse && one_sided;
  if (one_sided && !inverse && input->back().value == 2) {
    return context.error("onesided gives half of the frequencies, but input #0 is ", to_string(context.input(0)),
                         ", a complex signal, which needs all of them; set onesided to 0");
  }
  if (to_real && input->back().value == 1) {
    return context.error("the inverse of one side makes a real signal of complex frequencies, but input #0 is ",
                         to_string(context.input(0)), ", real numbers; set onesided to 0");
  }
  Dims output = *input;
  output.back() = known_dim(to_real ? 1 : 2);
  auto axis_number = context.version() < 20 ? std::optional(context.node().get_int("axis", 1)) : context.scalar(2);
  if (context.version() >= 20 && !context.has_input(2)) axis_number = -2;
  if (!axis_number) {
    for (size_t i = 0; i + 1 < output.size(); ++i) output[i] = kUnknownDim;
    context.set_shape(0, std::move(output));
    return {};
  }
  MORTISE_ASSIGN(const size_t axis, context.axis(*axis_number, input->size()));
  if (axis + 1 == input->size()) return context.error("axis ", *axis_number, " is that of real and imaginary parts");
  Dim length = (*input)[axis];
  if (to_real) length = multiply(add(length, -1), known_dim(2));
  if (context.has_input(1)) length = scalar_extent(context, 1);
  output[axis] = one_sided && !inverse ? one_side(length) : length;
  context.set_shape(0, std::move(output));
  return {};
}

// Signal [batch, samples, 1 or 2] to [batch, frames, frequencies, 2].
Status infer_stft(InferContext& context) {
  MORTISE_TRY(context.expect_rank_at_least(0, 2));
  MORTISE_TRY(context.expect_rank(2, 1));
  const Dim samples = context.extent(0, 1);
  const auto step = context.scalar(1);
  const Dim length = context.has_input(3) ? scalar_extent(context, 3) : context.extent(2, 0);
  if (step && *step < 1) return context.error("its frames are ", *step, " samples apart; it must be at least 1");
  Dim frames = kUnknownDim;
  if (step && is_known(samples) && is_known(length)) {
    if (length.value > samples.value) {
      return context.error("a frame of ", length.value, " samples does not fit into ", to_string(context.input(0)));
    }
    frames = known_dim((samples.value - length.value) / *step + 1);
  }
  const bool one_sided = context.node().get_int("onesided", 1) != 0;
  context.set_shape(0, Dims{context.extent(0, 0), frames, one_sided ? one_side(length) : length, known_dim(2)});
  return {};
}

Status infer_window(InferContext& context) {
  MORTISE_ASSIGN(const DType dtype, context.dtype_attribute("output_datatype", DType::kF32));
  context.set_tensor(0, dtype, Dims{scalar_extent(context, 0)});
  return {};
}

// Inputs: number of bands, length of the transform, …
Status infer_mel_weights(InferContext& context) {
  MORTISE_ASSIGN(const DType dtype, context.dtype_attribute("output_datatype", DType::kF32));
  context.set_tensor(0, dtype, Dims{one_side(scalar_extent(context, 1)), scalar_extent(context, 0)});
  return {};
}

}  // namespace mortise::infer
