// convolve: the convolution that Conv, ConvInteger and QLinearConv share: windows of the image become columns of a
// matrix, filters its rows, and gemm.h multiplies.
#pragma once

#include <vector>

#include "providers/reference/gemm.h"
#include "providers/reference/window.h"

namespace mortise::reference {

struct ConvPlan {
  Window window;
  Shape output;
  uint64_t batch = 0, groups = 1;
  uint64_t group_channels = 0, group_filters = 0;  // input and output channels of one group

  uint64_t filters() const { return groups * group_filters; }
};

// Checks input [N, C, spatial...] and weights [M, C / groups, kernel...] against each other and the attributes.
Result<ConvPlan> plan_conv(const WindowAttributes& attributes, int64_t groups, const Shape& input,
                           const Shape& weights);

// read_x(X) and read_w(W, filter) give the factors as Acc; outside the image the factor is 0. finish(filter, sum) gives
// the output element.
template <class Acc, class X, class W, class Y, class ReadX, class ReadW, class Finish>
void convolve(KernelContext& context, const ConvPlan& plan, const X* x, const W* w, Y* y, ReadX&& read_x,
              ReadW&& read_w, Finish&& finish) {
  const Window& window = plan.window;
  const uint64_t taps = window.taps();
  const uint64_t plane = window.input_size();
  const uint64_t pixels = window.output_size();
  const uint64_t k = plan.group_channels * taps;
  const auto pack_weights = [&](uint64_t batch, uint64_t i, uint64_t count, uint64_t p, uint64_t depth, Acc* panel) {
    const uint64_t filter = batch % plan.groups * plan.group_filters + i;
    if (count < kPanelRows) std::fill_n(panel, depth * kPanelRows, Acc{});
    for (uint64_t r = 0; r < count; ++r) {
      const W* row = w + (filter + r) * k + p;
      for (uint64_t d = 0; d < depth; ++d) panel[d * kPanelRows + r] = read_w(row[d], filter + r);
    }
  };
  const auto pack_windows = [&](uint64_t batch, uint64_t j, uint64_t count, uint64_t p, uint64_t depth, Acc* panel) {
    const X* image = x + batch * plan.group_channels * plane;  // batch counts images times groups
    std::fill_n(panel, depth * kPanelColumns, Acc{});
    Shape at, tap;
    for (uint64_t column = 0; column < count; ++column) {
      unravel(j + column, window.output, at);
      for (uint32_t axis = 0; axis < window.axes; ++axis)
        at[axis] = at[axis] * window.stride[axis] - window.pad_begin[axis];
      // Row p of the matrix is channel p / taps, tap p % taps: one tap at a time, through the channels.
      unravel(p % taps, window.kernel, tap);
      for (uint64_t first = p; first < p + std::min(depth, taps); ++first) {
        int64_t offset = 0;
        bool inside = true;
        for (uint32_t axis = 0; axis < window.axes; ++axis) {
          const int64_t i = at[axis] + tap[axis] * window.dilation[axis];
          inside = inside && i >= 0 && i < window.input[axis];
          offset = offset * window.input[axis] + i;
        }
        if (inside) {
          const X* element = image + first / taps * plane + static_cast<uint64_t>(offset);
          for (uint64_t row = first; row < p + depth; row += taps, element += plane) {
            panel[(row - p) * kPanelColumns + column] = read_x(*element);
          }
        }
        for (uint32_t axis = window.axes; axis-- > 0 && ++tap[axis] == window.kernel[axis];) tap[axis] = 0;
      }
    }
  };
  const auto store = [&](uint64_t batch, uint64_t i, uint64_t j, uint64_t count, const Acc* sums) {
    const uint64_t filter = batch % plan.groups * plan.group_filters + i;
    Y* out = y + (batch * plan.group_filters + i) * pixels + j;
    for (uint64_t e = 0; e < count; ++e) out[e] = finish(filter, sums[e]);
  };
  gemm<Acc>(context, plan.batch * plan.groups, plan.group_filters, pixels, k, pack_weights, pack_windows, store);
}

}  // namespace mortise::reference
