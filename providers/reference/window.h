// Window: the walk over the windows of a convolution or a pool (see mortise/sdk/onnx/window.h for their extents).
#pragma once

#include "mortise/sdk/onnx/window.h"
#include "providers/reference/kernel.h"

namespace mortise::reference {

using sdk::AutoPad;
using sdk::Window;
using sdk::WindowAttributes;

// Splits an index into `extents` (row-major) into coordinates.
inline void unravel(uint64_t index, const Shape& extents, Shape& coordinates) {
  coordinates.resize(extents.rank());
  for (uint32_t axis = extents.rank(); axis-- > 0;) {
    const auto extent = static_cast<uint64_t>(extents[axis]);
    coordinates[axis] = static_cast<int64_t>(index % extent);
    index /= extent;
  }
}

// Walks over outputs in runs: neighbours along the innermost axis whose windows have the same taps inside the input, so
// that a tap is found once for all of them. Used by one thread.
class WindowRuns {
 public:
  explicit WindowRuns(const Window& window)
      : window_(window), inner_(window.axes - 1), first_(window.axes, 0), last_(window.axes, 0) {
    const int64_t stride = window.stride[inner_], pad = window.pad_begin[inner_];
    const int64_t reach = (window.kernel[inner_] - 1) * window.dilation[inner_] + 1;
    const int64_t room = window.input[inner_] + pad - reach;
    whole_begin_ = (pad + stride - 1) / stride;
    whole_end_ = room < 0 ? 0 : room / stride + 1;
  }

  // Goes to the run that begins at output `index` of a plane. It ends after `most` outputs at the latest.
  void seek(uint64_t index, uint64_t most) {
    unravel(index, window_.output, start_);
    const int64_t place = start_[inner_];
    const bool whole = place >= whole_begin_ && place < whole_end_;
    const int64_t left = std::min(whole_end_, window_.output[inner_]) - place;
    count_ = whole ? std::min(most, static_cast<uint64_t>(left)) : 1;
    taps_ = padded_taps_ = 1;
    for (uint32_t axis = 0; axis < window_.axes; ++axis) {
      const int64_t start = start_[axis] * window_.stride[axis] - window_.pad_begin[axis];
      const auto taps_before = [&](int64_t end) {
        return start < end ? std::min(window_.kernel[axis], (end - 1 - start) / window_.dilation[axis] + 1) : 0;
      };
      first_[axis] = taps_before(0);
      last_[axis] = taps_before(window_.input[axis]);
      taps_ *= last_[axis] - first_[axis];
      padded_taps_ *= taps_before(window_.input[axis] + window_.pad_end[axis]);
      start_[axis] = start;
    }
  }

  uint64_t count() const { return count_; }
  // Taps of each of the run's windows inside the input.
  int64_t taps() const { return taps_; }
  // The same of the input and its padding (a window may stick out in ceil mode).
  int64_t padded_taps() const { return padded_taps_; }

  // Calls visit(output of the run, offset in the input plane) for each tap inside the input; for each output in
  // row-major order.
  template <class Visit>
  void for_each_tap(Visit&& visit) {
    if (taps_ == 0) return;
    const auto stride = static_cast<uint64_t>(window_.stride[inner_]);
    const auto dilation = static_cast<uint64_t>(window_.dilation[inner_]);
    const auto taps = static_cast<uint64_t>(last_[inner_] - first_[inner_]);
    tap_ = first_;
    while (true) {
      int64_t offset = start_[0] + tap_[0] * window_.dilation[0];
      for (uint32_t axis = 1; axis < window_.axes; ++axis) {
        offset = offset * window_.input[axis] + start_[axis] + tap_[axis] * window_.dilation[axis];
      }
      const auto base = static_cast<uint64_t>(offset);
      if (count_ < kFewOutputs) {
        for (uint64_t i = 0; i < count_; ++i) {
          for (uint64_t t = 0; t < taps; ++t) visit(i, base + i * stride + t * dilation);
        }
      } else {
        for (uint64_t t = 0; t < taps; ++t) {
          for (uint64_t i = 0; i < count_; ++i) visit(i, base + t * dilation + i * stride);
        }
      }
      uint32_t axis = inner_;
      while (axis > 0 && ++tap_[axis - 1] == last_[axis - 1]) {
        tap_[axis - 1] = first_[axis - 1];
        --axis;
      }
      if (axis == 0) return;
    }
  }

 private:
  // A loop over fewer outputs does not pay.
  static constexpr uint64_t kFewOutputs = 4;

  const Window& window_;
  uint32_t inner_;
  Shape first_, last_;               // per axis, the taps inside the input
  Shape start_, tap_;                // the first place of the run's first window, and the walk over its taps
  int64_t whole_begin_, whole_end_;  // outputs along the innermost axis with all taps there inside the input
  uint64_t count_ = 0;
  int64_t taps_ = 0, padded_taps_ = 0;
};

}  // namespace mortise::reference
