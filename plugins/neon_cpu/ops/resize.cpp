// SPDX-License-Identifier: Apache-2.0
//
// Resize and Upsample of float32, nearest and linear, by constant scales or sizes: one axis after the other, from a
// table that says for each output coordinate which two elements it takes and how much of each.
#include <algorithm>
#include <cmath>

#include "../cost.h"
#include "../registry.h"
#include "halves.h"
#include "mortise/sdk/onnx/axes.h"
#include "mortise/sdk/onnx/axis_ratio.h"

namespace mortise::neon {
namespace {

// Longer axes are left to others: the tables would be as large as images.
constexpr double kLongestAxis = 1 << 20;

struct ResizeOptions {
  bool linear = false;
  std::string coordinates, nearest;
  std::vector<int64_t> axes, sizes;  // axes empty: all
  std::vector<float> scales;         // or sizes
};

// output = weight * x[second] + (1 - weight) * x[first]
struct Taps {
  int64_t first, second;
  float weight;
};

double source_coordinate(const std::string& mode, double i, const sdk::AxisRatio& ratio, int64_t input,
                         int64_t output) {
  const auto in = static_cast<double>(input), out = ratio.target(in);
  if (mode == "asymmetric") return ratio.source(i);
  if (mode == "align_corners") return output == 1 || out == 1 ? 0 : i * (in - 1) / (out - 1);
  if (mode == "pytorch_half_pixel" && output <= 1) return 0;
  if (mode == "tf_half_pixel_for_nn") return ratio.source(i + 0.5);
  if (mode == "half_pixel_symmetric")
    return in / 2 * (1 - static_cast<double>(output) / out) + ratio.source(i + 0.5) - 0.5;
  return ratio.source(i + 0.5) - 0.5;
}

double nearest_coordinate(const std::string& mode, double scale, double x) {
  // Before version 11 the standard names no rule; its example takes the next element where it leaves some out.
  if (mode == "simple") return scale < 1 ? std::ceil(x) : std::floor(x);
  if (mode == "floor") return std::floor(x);
  if (mode == "ceil") return std::ceil(x);
  if (mode == "round_prefer_ceil") return std::floor(x + 0.5);
  return std::ceil(x - 0.5);
}

class Resize final : public Op {
 public:
  explicit Resize(ResizeOptions options) : options_(std::move(options)) {}

  Status infer(std::span<const Shape> in, std::span<Shape> out) const override {
    MORTISE_ASSIGN(const auto ratios, ratios_of(in[0]));
    out[0] = in[0];
    for (uint32_t i = 0; i < in[0].rank(); ++i) {
      const double scale = ratios[i].scale();
      const double extent =
          options_.scales.empty()
              ? std::round(scale * static_cast<double>(in[0][i]))
              : std::floor(static_cast<double>(static_cast<float>(in[0][i]) * static_cast<float>(scale)));
      if (!(scale > 0) || !(extent >= 0 && extent <= kLongestAxis)) {
        return invalid_argument("axis ", i, " of ", to_string(in[0]), " cannot be scaled by ", scale);
      }
      out[0][i] = static_cast<int64_t>(extent);
    }
    if (in[0].num_elements() == 0) return invalid_argument("nothing can be resized");
    return {};
  }

  void plan(std::span<const Shape> in, std::span<const Shape> out, Call& call) const override {
    const std::vector<sdk::AxisRatio> ratios = ratios_of(in[0]).value();
    // From the last axis to the first.
    std::vector<uint32_t> passes;
    for (uint32_t i = in[0].rank(); i-- > 0;) {
      if (ratios[i].scale() != 1) passes.push_back(i);
    }
    if (passes.empty()) passes.push_back(0);
    Shape shape = in[0];
    Halves halves{.phases = passes.size()};
    for (size_t p = 0; p + 1 < passes.size(); ++p) {
      shape[passes[p]] = out[0][passes[p]];
      halves.largest = std::max(halves.largest, static_cast<uint64_t>(shape.num_elements()));
    }
    call.temporary_bytes = halves.temporary_bytes();
    shape = in[0];
    for (size_t p = 0; p < passes.size(); ++p) {
      const uint32_t axis = passes[p];
      const sdk::AxisSplit split = shape.rank() == 0 ? sdk::AxisSplit{1, 1, 1} : sdk::split_at(shape, axis);
      const int64_t extent = shape.rank() == 0 ? 1 : out[0][axis], inner = split.inner;
      std::vector<Taps> table = table_of(split.extent, extent, shape.rank() == 0 ? sdk::AxisRatio() : ratios[axis]);
      call.split(static_cast<uint64_t>(split.outer * extent), 5 + static_cast<double>(inner) / 2,
                 [=, table = std::move(table), input = split.extent](const Operands& o, uint64_t begin, uint64_t end) {
                   const float* x = halves.from(o, p);
                   float* y = halves.to(o, p);
                   for (auto row = static_cast<int64_t>(begin); row < static_cast<int64_t>(end); ++row) {
                     const Taps& taps = table[static_cast<size_t>(row % extent)];
                     const float* block = x + row / extent * input * inner;
                     mix(block + taps.first * inner, block + taps.second * inner, taps.weight, inner, y + row * inner);
                   }
                 });
      if (shape.rank() != 0) shape[axis] = extent;
    }
  }

 private:
  static void mix(const float* a, const float* b, float weight, int64_t count, float* y) {
    if (weight == 0) {
      std::copy_n(a, count, y);
    } else {
      for (int64_t i = 0; i < count; ++i) y[i] = (1 - weight) * a[i] + weight * b[i];
    }
  }

  Result<std::vector<sdk::AxisRatio>> ratios_of(const Shape& x) const {
    Shape chosen;
    for (uint32_t i = 0; options_.axes.empty() && i < x.rank(); ++i) chosen.push_back(i);
    if (!options_.axes.empty()) {
      MORTISE_ASSIGN(chosen, sdk::normalise_axes(options_.axes, x.rank()));
    }
    const size_t given = options_.scales.empty() ? options_.sizes.size() : options_.scales.size();
    if (given != chosen.size()) return invalid_argument(given, " scales or sizes for ", chosen.size(), " axes");
    std::vector<sdk::AxisRatio> ratios(x.rank());
    for (uint32_t i = 0; i < chosen.rank(); ++i) {
      const auto axis = static_cast<uint32_t>(chosen[i]);
      ratios[axis] = options_.scales.empty() ? sdk::AxisRatio::by_size(x[axis], options_.sizes[i])
                                             : sdk::AxisRatio::by_scale(static_cast<double>(options_.scales[i]));
    }
    return ratios;
  }

  std::vector<Taps> table_of(int64_t input, int64_t output, const sdk::AxisRatio& ratio) const {
    std::vector<Taps> table;
    const auto last = static_cast<double>(input - 1);
    const auto index = [&](double at) { return static_cast<int64_t>(std::clamp(at, 0.0, last)); };
    for (int64_t i = 0; i < output; ++i) {
      const double x = source_coordinate(options_.coordinates, static_cast<double>(i), ratio, input, output);
      if (options_.linear) {
        const double below = std::floor(x);
        table.push_back({index(below), index(below + 1), static_cast<float>(x - below)});
      } else {
        const int64_t at = index(nearest_coordinate(options_.nearest, ratio.scale(), x));
        table.push_back({at, at, 0});
      }
    }
    return table;
  }

  const ResizeOptions options_;
};

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> list) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

}  // namespace

Lowered lower_resize(NodeReader& node) {
  const bool simple = node.version() < 11;
  const auto text = [&](std::string_view name, std::string_view otherwise) {
    return std::string(node.node().get_string(name, otherwise));
  };
  const std::string mode = text("mode", "nearest");
  ResizeOptions options{.linear = mode != "nearest",
                        .coordinates = text("coordinate_transformation_mode", simple ? "asymmetric" : "half_pixel"),
                        .nearest = text("nearest_mode", simple ? "simple" : "round_prefer_floor"),
                        .axes = node.get_ints("axes"),
                        .sizes = {},
                        .scales = {}};
  if (!is_one_of(mode, {"nearest", "linear", "bilinear"})) {
    node.refuse(MORTISE_REFUSAL_ATTRIBUTE, "mode '", mode, "' is not supported");
  }
  if (!is_one_of(options.coordinates, {"half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel",
                                       "half_pixel_symmetric", "tf_half_pixel_for_nn"})) {
    node.refuse(MORTISE_REFUSAL_ATTRIBUTE, "coordinates '", options.coordinates, "' are not supported");
  }
  if (text("keep_aspect_ratio_policy", "stretch") != "stretch" || node.get_int("antialias", 0) != 0 ||
      node.get_int("exclude_outside", 0) != 0) {
    node.refuse(MORTISE_REFUSAL_ATTRIBUTE, "antialias, exclude_outside and kept aspect ratios are not supported");
  }
  const uint32_t scales = simple ? 1 : 2;
  if (node.has_input(scales)) options.scales = node.numbers<float>(scales);
  if (options.scales.empty() && !simple) options.sizes = node.integers(3);
  node.operand(0);
  node.result();
  return node.make<Resize>(std::move(options));
}

Lowered lower_upsample(NodeReader& node) {
  const std::string_view mode = node.node().get_string("mode", "nearest");
  if (!is_one_of(mode, {"nearest", "linear", "bilinear"})) {
    node.refuse(MORTISE_REFUSAL_ATTRIBUTE, "mode '", mode, "' is not supported");
  }
  ResizeOptions options{.linear = mode != "nearest",
                        .coordinates = "asymmetric",
                        .nearest = "simple",
                        .axes = {},
                        .sizes = {},
                        .scales = {}};
  if (node.version() < 9) {
    const auto scales = node.node().get_floats("scales");
    options.scales.assign(scales.begin(), scales.end());
  } else {
    options.scales = node.numbers<float>(1);
  }
  node.operand(0);
  node.result();
  return node.make<Resize>(std::move(options));
}

}  // namespace mortise::neon
