// SPDX-License-Identifier: Apache-2.0
//
// Resize and Upsample: coordinates and weights are worked out here, in double, axis by axis.
#include <algorithm>
#include <cmath>

#include "mortise/provider.h"
#include "mortise/sdk/onnx/axes.h"
#include "mortise/sdk/onnx/axis_ratio.h"
#include "sample.h"

namespace mortise::vulkan::ops {
namespace {

struct Rule {
  std::string_view mode, coordinates, nearest;
  double cubic_a = -0.75;
  bool exclude_outside = false;
};

// Where position `at` of the output lies in the input.
double coordinate(const Lowering& l, const Rule& rule, int64_t at, int64_t extent, int64_t result,
                  const sdk::AxisRatio& ratio) {
  const auto x = static_cast<double>(at), in = static_cast<double>(extent), out = static_cast<double>(result);
  if (rule.coordinates == "half_pixel") return ratio.source(x + 0.5) - 0.5;
  if (rule.coordinates == "asymmetric") return ratio.source(x);
  if (rule.coordinates == "align_corners") return result == 1 ? 0 : x * (in - 1) / (out - 1);
  if (rule.coordinates == "pytorch_half_pixel") return result == 1 ? 0 : ratio.source(x + 0.5) - 0.5;
  if (rule.coordinates == "half_pixel_symmetric") {
    const double adjustment = out / ratio.target(in), center = in / 2;
    return center * (1 - adjustment) + ratio.source(x + 0.5) - 0.5;
  }
  l.refuse(MORTISE_REFUSAL_ATTRIBUTE, "coordinate_transformation_mode = '", rule.coordinates, "' is not supported");
}

double round_to_position(const Lowering& l, const Rule& rule, double scale, double x) {
  // Before version 11 the standard names no rule; its example takes the next element where it leaves some out.
  if (rule.nearest == "simple") return scale < 1 ? std::ceil(x) : std::floor(x);
  if (rule.nearest == "round_prefer_floor") return std::ceil(x - 0.5);
  if (rule.nearest == "round_prefer_ceil") return std::floor(x + 0.5);
  if (rule.nearest == "floor") return std::floor(x);
  if (rule.nearest == "ceil") return std::ceil(x);
  l.refuse(MORTISE_REFUSAL_ATTRIBUTE, "nearest_mode = '", rule.nearest, "' is unknown");
}

double cubic_weight(double distance, double a) {
  const double d = std::fabs(distance);
  if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  if (d < 2) return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
  return 0;
}

AxisTaps taps_of(const Lowering& l, const Rule& rule, int64_t extent, int64_t result, const sdk::AxisRatio& ratio) {
  AxisTaps axis;
  if (extent == result && ratio.scale() == 1) {
    for (int64_t at = 0; at < result; ++at) axis.entries.push_back({at, 1});
    return axis;
  }
  const auto inside = [&](double position) {
    return std::clamp<int64_t>(static_cast<int64_t>(position), 0, extent - 1);
  };
  axis.taps = rule.mode == "nearest" ? 1 : rule.mode == "linear" ? 2 : 4;
  for (int64_t at = 0; at < result; ++at) {
    const double x = coordinate(l, rule, at, extent, result, ratio);
    if (!(std::fabs(x) < 0x1p31))
      l.refuse(MORTISE_REFUSAL_ATTRIBUTE, "a scale of ", ratio.scale(), " leads far outside");
    if (rule.mode == "nearest") {
      axis.entries.push_back({inside(round_to_position(l, rule, ratio.scale(), x)), 1});
      continue;
    }
    const double low = std::floor(x);
    const int64_t first = static_cast<int64_t>(low) - (axis.taps == 4 ? 1 : 0);
    std::vector<double> weights;
    double sum = 0;
    for (int64_t tap = first; tap < first + axis.taps; ++tap) {
      const double distance = x - static_cast<double>(tap);
      double weight = axis.taps == 4 ? cubic_weight(distance, rule.cubic_a) : 1 - std::fabs(distance);
      if (rule.exclude_outside && (tap < 0 || tap >= extent)) weight = 0;
      weights.push_back(weight);
      sum += weight;
    }
    for (uint32_t i = 0; i < axis.taps; ++i) {
      const double weight = rule.exclude_outside ? weights[i] / sum : weights[i];
      axis.entries.push_back({inside(static_cast<double>(first + i)), static_cast<float>(weight)});
    }
  }
  return axis;
}

}  // namespace

void resize(Lowering& l) {
  const sdk::NodeView& node = l.node();
  const bool upsamples = node.op_type() == "Upsample" || node.since_version() < 11;
  const TensorId x = l.input(0), y = l.output();
  const Shape dims = l.dims(x), result = l.dims(y);
  if (result.rank() != dims.rank()) l.refuse(MORTISE_REFUSAL_SHAPE, "the output is ", to_string(result));
  Rule rule{.mode = node.get_string("mode", "nearest"),
            .coordinates = node.get_string("coordinate_transformation_mode", upsamples ? "asymmetric" : "half_pixel"),
            .nearest = node.get_string("nearest_mode", upsamples ? "simple" : "round_prefer_floor"),
            .cubic_a = static_cast<double>(node.get_float("cubic_coeff_a", -0.75f)),
            .exclude_outside = node.get_int("exclude_outside", 0) != 0};
  if (upsamples && rule.mode == "bilinear") rule.mode = "linear";
  if (rule.mode != "nearest" && rule.mode != "linear" && rule.mode != "cubic") {
    l.refuse(MORTISE_REFUSAL_ATTRIBUTE, "mode = '", rule.mode, "' is not supported");
  }
  if (node.get_int("antialias", 0) != 0) l.refuse(MORTISE_REFUSAL_ATTRIBUTE, "antialias is not supported");
  if (node.get_string("keep_aspect_ratio_policy", "stretch") != "stretch") {
    l.refuse(MORTISE_REFUSAL_ATTRIBUTE, "keep_aspect_ratio_policy is not supported");
  }
  std::vector<float> scales;
  if (upsamples) {
    const auto given = node.get_floats("scales");
    scales = node.since_version() >= 9 ? l.floats(1) : std::vector<float>(given.begin(), given.end());
  } else if (node.has_input(2)) {
    scales = l.floats(2);
  }
  Shape axes;
  if (const auto given = node.get_ints("axes"); !given.empty()) {
    axes = l.take(sdk::normalise_axes(given, dims.rank()));
  } else {
    for (uint32_t axis = 0; axis < dims.rank(); ++axis) axes.push_back(axis);
  }
  if (!scales.empty() && node.has_input(3)) {
    l.refuse(MORTISE_REFUSAL_ATTRIBUTE, "scales and sizes are given, which may contradict each other");
  }
  if (!scales.empty() && scales.size() != axes.size()) {
    l.refuse(MORTISE_REFUSAL_ATTRIBUTE, "there is not one scale per axis");
  }
  std::vector<sdk::AxisRatio> ratios(dims.rank());
  for (uint32_t i = 0; i < axes.rank(); ++i) {
    const auto axis = static_cast<uint64_t>(axes[i]);
    ratios[axis] = scales.empty() ? sdk::AxisRatio::by_size(dims[axis], result[axis])
                                  : sdk::AxisRatio::by_scale(static_cast<double>(scales[i]));
    if (!(ratios[axis].scale() > 0)) l.refuse(MORTISE_REFUSAL_ATTRIBUTE, "a scale that is not positive");
  }
  require_tables(l, result, 4);
  std::vector<AxisTaps> taps;
  for (uint32_t axis = 0; axis < dims.rank(); ++axis) {
    taps.push_back(taps_of(l, rule, dims[axis], result[axis], ratios[axis]));
  }
  add_sample(l, y, x, taps, rule.mode == "nearest", 0);
}

}  // namespace mortise::vulkan::ops
