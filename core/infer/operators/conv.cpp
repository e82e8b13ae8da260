// Inference of convolutions and pooling: everything with a window that slides over the extents after batch and channel.
#include <algorithm>

#include "core/infer/context.h"
#include "core/infer/operator_table.h"

namespace mortise::infer {

namespace {

struct Window {
  std::vector<int64_t> kernel;  // -1: unknown
  std::vector<int64_t> strides;
  std::vector<int64_t> dilations;
  std::vector<int64_t> pads;  // begins, then ends
  std::string_view auto_pad;
};

Result<std::vector<int64_t>> attribute(const InferContext& context, std::string_view name, size_t count,
                                       int64_t otherwise, int64_t least) {
  const auto* list = context.node().get<std::vector<int64_t>>(name);
  if (list == nullptr || list->empty()) return std::vector<int64_t>(count, otherwise);
  if (list->size() != count) return context.error("attribute '", name, "' has ", list->size(), " entries, not ", count);
  for (const int64_t value : *list) {
    if (value < least) return context.error("attribute '", name, "' has the entry ", value);
  }
  return *list;
}

Result<Window> read_window(const InferContext& context, size_t axes, const Dims* weights) {
  Window window;
  MORTISE_ASSIGN(window.kernel, attribute(context, "kernel_shape", axes, -1, 1));
  MORTISE_ASSIGN(window.strides, attribute(context, "strides", axes, 1, 1));
  MORTISE_ASSIGN(window.dilations, attribute(context, "dilations", axes, 1, 1));
  MORTISE_ASSIGN(window.pads, attribute(context, "pads", 2 * axes, 0, std::numeric_limits<int64_t>::min()));
  window.auto_pad = context.node().get_string("auto_pad", "NOTSET");
  if (weights != nullptr && weights->size() == axes + 2) {
    for (size_t i = 0; i < axes; ++i) window.kernel[i] = (*weights)[i + 2].value;
  }
  return window;
}

Result<Dim> output_extent(const InferContext& context, const Dim& input, const Window& window, size_t i, bool ceil) {
  const int64_t stride = window.strides[i];
  const bool same = window.auto_pad == "SAME_UPPER" || window.auto_pad == "SAME_LOWER";
  if (!is_known(input)) return same && stride == 1 ? input : kUnknownDim;
  if (same) return known_dim(input.value / stride + (input.value % stride != 0 ? 1 : 0));
  if (window.kernel[i] < 0) return kUnknownDim;
  const int64_t before = window.auto_pad == "VALID" ? 0 : window.pads[i];
  const int64_t after = window.auto_pad == "VALID" ? 0 : window.pads[i + window.strides.size()];
  const int64_t reach = saturating_add(saturating_multiply(window.kernel[i] - 1, window.dilations[i]), 1);
  const int64_t room = saturating_add(saturating_add(saturating_add(input.value, before), after), -reach);
  if (room < 0) {
    return context.error("a window of ", reach, " does not fit into the padded extent of axis ", i + 2, " of ",
                         to_string(context.input(0)));
  }
  int64_t steps = room / stride;
  // A last, partial window counts if it starts inside the input or the padding before it.
  if (ceil && room % stride != 0 && saturating_multiply(steps + 1, stride) < saturating_add(input.value, before))
    ++steps;
  return known_dim(saturating_add(steps, 1));
}

}  // namespace

// QLinearConv: x, x_scale, x_zero, w, w_scale, w_zero, y_scale, y_zero, bias.
Status infer_conv(InferContext& context) {
  const std::string_view op = context.node().op_type;
  const DType dtype = op == "QLinearConv" ? context.dtype(7) : op == "ConvInteger" ? DType::kI32 : context.dtype(0);
  const Dims* input = context.dims(0);
  const Dims* weights = context.dims(op == "QLinearConv" ? 3 : 1);
  if (input == nullptr) {
    context.set_output(0, dtype);
    return {};
  }
  MORTISE_TRY(context.expect_rank(0, 2));
  if (weights != nullptr && weights->size() != input->size()) {
    return context.error("input ", to_string(context.input(0)), " and weights differ in rank");
  }
  MORTISE_ASSIGN(const Window window, read_window(context, input->size() - 2, weights));
  Dims output{(*input)[0], weights != nullptr ? (*weights)[0] : kUnknownDim};
  for (size_t i = 0; i + 2 < input->size(); ++i) {
    MORTISE_ASSIGN(const Dim extent, output_extent(context, (*input)[i + 2], window, i, false));
    output.push_back(extent);
  }
  context.set_output(0, dtype, std::move(output));
  return {};
}

Status infer_conv_transpose(InferContext& context) {
  const Dims* input = context.dims(0);
  const Dims* weights = context.dims(1);
  if (input == nullptr) {
    context.set_output(0, context.dtype(0));
    return {};
  }
  MORTISE_TRY(context.expect_rank(0, 2));
  const size_t axes = input->size() - 2;
  MORTISE_ASSIGN(const Window window, read_window(context, axes, weights));
  MORTISE_ASSIGN(const auto extra, attribute(context, "output_padding", axes, 0, 0));
  MORTISE_ASSIGN(const auto shape, attribute(context, "output_shape", axes, -1, 0));
  const bool same = window.auto_pad == "SAME_UPPER" || window.auto_pad == "SAME_LOWER";
  Dims output{(*input)[0], kUnknownDim};
  if (weights != nullptr && weights->size() > 1) {
    output[1] = multiply((*weights)[1], known_dim(std::max<int64_t>(0, context.node().get_int("group", 1))));
  }
  for (size_t i = 0; i < axes; ++i) {
    const Dim& extent = (*input)[i + 2];
    if (shape[i] >= 0) {
      output.push_back(known_dim(shape[i]));
    } else if (!is_known(extent) || (window.kernel[i] < 0 && !same)) {
      output.push_back(kUnknownDim);
    } else if (same) {
      output.push_back(multiply(extent, known_dim(window.strides[i])));
    } else {
      const int64_t reach = saturating_add(saturating_multiply(window.kernel[i] - 1, window.dilations[i]), extra[i]);
      int64_t total =
          saturating_add(saturating_multiply(window.strides[i], extent.value - 1), saturating_add(reach, 1));
      if (window.auto_pad != "VALID") {
        const int64_t padded = saturating_add(window.pads[i], window.pads[i + axes]);
        total = padded == std::numeric_limits<int64_t>::min() ? total : saturating_add(total, -padded);
      }
      if (total < 0) return context.error("axis ", i + 2, " of the output would have the extent ", total);
      output.push_back(known_dim(total));
    }
  }
  context.set_output(0, context.dtype(0), std::move(output));
  return {};
}

Status infer_pool(InferContext& context) {
  const Dims* input = context.dims(0);
  if (input == nullptr) {
    context.set_output(0, context.dtype(0));
    context.set_output(1, DType::kI64);
    return {};
  }
  MORTISE_TRY(context.expect_rank(0, 2));
  MORTISE_ASSIGN(const Window window, read_window(context, input->size() - 2, nullptr));
  const bool ceil = context.node().get_int("ceil_mode", 0) != 0;
  Dims output{(*input)[0], (*input)[1]};
  for (size_t i = 0; i + 2 < input->size(); ++i) {
    MORTISE_ASSIGN(const Dim extent, output_extent(context, (*input)[i + 2], window, i, ceil));
    output.push_back(extent);
  }
  context.set_output(0, context.dtype(0), output);
  context.set_output(1, DType::kI64, std::move(output));
  return {};
}

Status infer_global_pool(InferContext& context) {
  std::optional<Dims> output = context.input(0).dims;
  if (output) {
    MORTISE_TRY(context.expect_rank(0, 2));
    std::fill(output->begin() + 2, output->end(), known_dim(1));
  }
  context.set_output(0, context.dtype(0), std::move(output));
  return {};
}

}  // namespace mortise::infer
