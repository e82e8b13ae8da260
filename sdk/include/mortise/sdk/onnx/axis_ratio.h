// SPDX-License-Identifier: Apache-2.0
//
// AxisRatio: how Resize and Upsample stretch an axis.
#pragma once

#include <cstdint>

namespace mortise::sdk {

// A coordinate of the output times from / to is one of the input. Where sizes are given, these are the extents and not a
// scale: then whole and half coordinates come out exactly, which rounding up or down needs.
struct AxisRatio {
  double from = 1, to = 1;

  static AxisRatio by_scale(double scale) { return {1, scale}; }
  static AxisRatio by_size(int64_t input, int64_t output) {
    return {static_cast<double>(input), static_cast<double>(output)};
  }
  double scale() const { return to / from; }
  double source(double x) const { return x * from / to; }
  // The extent of the output before it is rounded.
  double target(double extent) const { return extent * to / from; }
};

}  // namespace mortise::sdk
