#include "core/infer/operators/sliding_window.h"

namespace mortise::infer {

Dim SlidingWindow::reach(size_t axis) const {
  if (!is_known(kernel[axis])) return kUnknownDim;
  return to_extent(saturating_add(saturating_multiply(kernel[axis].value - 1, dilations[axis]), 1));
}

Result<std::vector<int64_t>> list_attribute(const InferContext& context, std::string_view name, size_t count,
                                            int64_t otherwise, int64_t least) {
  const auto* list = context.node().get<std::vector<int64_t>>(name);
  if (list == nullptr || list->empty()) return std::vector<int64_t>(count, otherwise);
  if (list->size() != count) return context.error("attribute '", name, "' has ", list->size(), " entries, not ", count);
  for (const int64_t value : *list) {
    if (value < least) {
      return context.error("attribute '", name, "' has the entry ", value, "; it must be at least ", least);
    }
  }
  return *list;
}

Result<SlidingWindow> read_sliding_window(const InferContext& context, size_t num_axes, const Dims* weights) {
  SlidingWindow window;
  MORTISE_ASSIGN(const auto kernel, list_attribute(context, "kernel_shape", num_axes, -1, 1));
  MORTISE_ASSIGN(window.strides, list_attribute(context, "strides", num_axes, 1, 1));
  MORTISE_ASSIGN(window.dilations, list_attribute(context, "dilations", num_axes, 1, 1));
  MORTISE_ASSIGN(window.pads, list_attribute(context, "pads", 2 * num_axes, 0, std::numeric_limits<int64_t>::min()));
  window.auto_pad = context.node().get_string("auto_pad", "NOTSET");
  for (size_t i = 0; i < num_axes; ++i) {
    window.kernel.push_back(to_extent(kernel[i]));
    if (weights == nullptr || weights->size() != num_axes + 2) continue;
    const Dim& extent = (*weights)[i + 2];
    if (extent.value == 0) return context.error("axis ", i + 2, " of its weights is empty");
    if (differ(extent, window.kernel[i])) {
      return context.error("attribute 'kernel_shape' has the entry ", kernel[i], ", but the weights have ",
                           extent.value);
    }
    window.kernel[i] = extent;
  }
  return window;
}

Result<Dim> window_positions(const InferContext& context, const Dim& input, const SlidingWindow& window, size_t axis,
                             Partial partial) {
  const int64_t stride = window.strides[axis];
  if (!is_known(input)) return window.is_same() && stride == 1 ? input : kUnknownDim;
  if (window.is_same()) return known_dim(input.value / stride + (input.value % stride != 0 ? 1 : 0));
  const Dim reach = window.reach(axis);
  if (!is_known(reach)) return kUnknownDim;
  const bool padded = window.auto_pad != "VALID";
  const int64_t before = padded ? window.pads[axis] : 0;
  const int64_t after = padded ? window.pads[axis + window.num_axes()] : 0;
  const int64_t room = saturating_subtract(saturating_add(saturating_add(input.value, before), after), reach.value);
  int64_t places = room < 0 ? 0 : saturating_add(room / stride, 1);
  if (partial == Partial::kKept) {
    // The last one may be incomplete, and those count that start inside the input or the padding before it.
    const int64_t steps = saturating_add(room, stride - 1);
    const int64_t behind = saturating_add(input.value, before);
    const int64_t starts = behind / stride + (behind % stride != 0 ? 1 : 0);
    places = steps < 0 ? 0 : std::min(saturating_add(steps / stride, 1), starts);
  }
  if (places < 1) {
    return context.error("a window of ", reach.value, " does not fit into the padded extent of axis ", axis + 2, " of ",
                         to_string(context.input(0)));
  }
  return known_dim(places);
}

}  // namespace mortise::infer
