// DeformConv: a convolution each of whose taps moves: it reads the image where an offset says, between the pixels, and
// counts as much as a mask says. Outside the image, and at an offset that is no number, the image is 0.
#include <cmath>
#include <utility>

#include "providers/reference/ops/conv.h"

namespace mortise::reference {
namespace {

// A point lies between 2^axes pixels.
constexpr uint32_t kMaxAxes = 8;

// The pixels around a point, and how much each of them counts.
struct Corners {
  struct Pixel {
    int64_t offset;  // in the plane
    double weight;
  };
  Pixel pixels[size_t{1} << kMaxAxes];
  uint32_t count;

  void begin() {
    pixels[0] = {0, 1};
    count = 1;
  }
  // Adds an axis of the plane: the point lies at `place` of `extent`.
  void split(double place, int64_t extent) {
    const uint32_t before = std::exchange(count, 0);
    if (!(place > -1 && place < static_cast<double>(extent))) return;
    const auto low = static_cast<int64_t>(std::floor(place));
    const double part = place - static_cast<double>(low);
    Pixel above[size_t{1} << (kMaxAxes - 1)];
    uint32_t num_above = 0;
    for (uint32_t i = 0; i < before; ++i) {
      const Pixel outer = pixels[i];
      const int64_t row = outer.offset * extent;
      if (low + 1 < extent && part > 0) above[num_above++] = {row + low + 1, outer.weight * part};
      if (low >= 0) pixels[count++] = {row + low, outer.weight * (1 - part)};
    }
    std::copy_n(above, num_above, pixels + count);
    count += num_above;
  }
};

struct DeformPlan {
  ConvPlan conv;
  uint64_t offset_groups = 1;
  uint64_t offset_channels = 0;  // input channels that share their offsets

  // Of the offsets and masks of one tap: the plane of the output's extents that it has in its tensor.
  uint64_t tap_plane(uint64_t image, uint64_t channel, uint64_t tap) const {
    return (image * offset_groups + channel / offset_channels) * conv.window.taps() + tap;
  }
};

Status check_planes(std::string_view name, const Tensor& tensor, const DeformPlan& plan, uint64_t planes) {
  Shape wanted = plan.conv.output;
  wanted[1] = static_cast<int64_t>(planes);
  if (tensor.shape() == wanted) return {};
  return invalid_argument(name, " ", to_string(tensor.shape()), " must be ", to_string(wanted), " for ",
                          plan.offset_groups, " offset groups and an output ", to_string(plan.conv.output));
}

Result<DeformPlan> plan_deform_conv(const WindowAttributes& attributes, int64_t groups, int64_t offset_groups,
                                    const KernelContext& context) {
  const Tensor& x = context.input(0);
  DeformPlan plan;
  MORTISE_ASSIGN(plan.conv, plan_conv(attributes, groups, x.shape(), context.input(1).shape()));
  const Window& window = plan.conv.window;
  if (window.axes > kMaxAxes) return unimplemented("an image of ", window.axes, " axes; there may be ", kMaxAxes);
  if (offset_groups < 1 || x.dim(1) % offset_groups != 0) {
    return invalid_argument("the channels of input ", to_string(x.shape()), " do not make ", offset_groups,
                            " offset groups");
  }
  plan.offset_groups = static_cast<uint64_t>(offset_groups);
  plan.offset_channels = static_cast<uint64_t>(x.dim(1) / offset_groups);
  // Without channels or filters, where nothing is read, these products may wrap.
  const uint64_t planes = plan.offset_groups * window.taps();
  MORTISE_TRY(check_planes("offset", context.input(2), plan, planes * window.axes));
  if (context.has_input(4)) MORTISE_TRY(check_planes("mask", context.input(4), plan, planes));
  if (context.has_input(3) && !(context.input(3).shape() == Shape{static_cast<int64_t>(plan.conv.filters())})) {
    return invalid_argument("B ", to_string(context.input(3).shape()), " does not fit ", plan.conv.filters(),
                            " filters");
  }
  for (const uint64_t i : {1, 2, 3, 4}) {
    if (context.has_input(i) && context.input(i).dtype() != x.dtype()) {
      return invalid_argument("input ", i, " is ", to_string(context.input(i).dtype()), ", but X is ",
                              to_string(x.dtype()));
    }
  }
  return plan;
}

template <class T, class Acc>
void deform_convolve(KernelContext& context, const DeformPlan& plan) {
  const ConvPlan& conv = plan.conv;
  const Window& window = conv.window;
  const uint64_t taps = window.taps(), pixels = window.output_size(), plane = window.input_size();
  const uint64_t k = conv.group_channels * taps;
  const T* const x = context.input(0).data<T>();
  const T* const w = context.input(1).data<T>();
  const T* const offsets = context.input(2).data<T>();
  const T* const bias = context.has_input(3) ? context.input(3).data<T>() : nullptr;
  const T* const masks = context.has_input(4) ? context.input(4).data<T>() : nullptr;
  T* const y = context.output(0, dtype_of<T>, conv.output).template data<T>();

  const auto pack_weights = [&](uint64_t batch, uint64_t i, uint64_t count, uint64_t p, uint64_t depth, Acc* panel) {
    const T* const rows = w + (batch % conv.groups * conv.group_filters + i) * k + p;
    pack_panel<kPanelRows>(rows, k, 1, count, depth, panel);
  };
  const auto pack_windows = [&](uint64_t batch, uint64_t j, uint64_t count, uint64_t p, uint64_t depth, Acc* panel) {
    const uint64_t image = batch / conv.groups;
    std::fill_n(panel, depth * kPanelColumns, Acc{});
    Shape at, tap;
    Corners corners;
    for (uint64_t column = 0; column < count; ++column) {
      const uint64_t pixel = j + column;
      unravel(pixel, window.output, at);
      // Row p of the matrix is channel p / taps, tap p % taps: one tap at a time, through the channels.
      for (uint64_t first = p; first < p + std::min(depth, taps); ++first) {
        unravel(first % taps, window.kernel, tap);
        uint64_t known = ~uint64_t{0};  // the plane whose corners these are
        for (uint64_t row = first; row < p + depth; row += taps) {
          const uint64_t channel = batch % conv.groups * conv.group_channels + row / taps;
          const uint64_t place = plan.tap_plane(image, channel, first % taps);
          if (place != std::exchange(known, place)) {
            corners.begin();
            for (uint32_t axis = 0; axis < window.axes; ++axis) {
              const int64_t start =
                  at[axis] * window.stride[axis] - window.pad_begin[axis] + tap[axis] * window.dilation[axis];
              const auto moved = static_cast<double>(offsets[(place * window.axes + axis) * pixels + pixel]);
              corners.split(static_cast<double>(start) + moved, window.input[axis]);
            }
          }
          const T* const source = x + (image * conv.groups * conv.group_channels + channel) * plane;
          double value = 0;
          for (uint32_t i = 0; i < corners.count; ++i) {
            value += corners.pixels[i].weight * static_cast<double>(source[corners.pixels[i].offset]);
          }
          if (masks != nullptr) value *= static_cast<double>(masks[place * pixels + pixel]);
          panel[(row - p) * kPanelColumns + column] = static_cast<Acc>(value);
        }
      }
    }
  };
  const auto store = [&](uint64_t batch, uint64_t i, uint64_t j, uint64_t count, const Acc* sums) {
    const uint64_t filter = batch % conv.groups * conv.group_filters + i;
    T* const out = y + (batch * conv.group_filters + i) * pixels + j;
    const Acc add = bias != nullptr ? static_cast<Acc>(bias[filter]) : Acc{};
    for (uint64_t e = 0; e < count; ++e) out[e] = static_cast<T>(sums[e] + add);
  };
  gemm<Acc>(context, conv.batch * conv.groups, conv.group_filters, pixels, k, pack_weights, pack_windows, store);
}

}  // namespace

Result<Kernel> make_deform_conv(const NodeSpec& node) {
  MORTISE_ASSIGN(const WindowAttributes attributes, sdk::read_window(node));
  const int64_t groups = node.get_int("group", 1), offset_groups = node.get_int("offset_group", 1);
  return Kernel([=, f64 = node.accumulate_f64()](KernelContext& context) -> Status {
    MORTISE_ASSIGN(const DeformPlan plan, plan_deform_conv(attributes, groups, offset_groups, context));
    return dispatch(Floats{}, context.input(0).dtype(), [&]<class T>() -> Status {
      return with_accumulator<T>(f64, [&]<class Acc>() -> Status {
        deform_convolve<T, Acc>(context, plan);
        return {};
      });
    });
  });
}

}  // namespace mortise::reference
