// Resize and Upsample: every axis is interpolated by itself, from a table that says for each output coordinate which
// elements it takes and how much of each.
#include <cmath>
#include <limits>
#include <vector>

#include "mortise/sdk/onnx/axis_ratio.h"
#include "providers/reference/ops/axes.h"
#include "providers/reference/ops/broadcast.h"
#include "providers/reference/ops/nearly_integer.h"
#include "providers/reference/ops/saturate.h"
#include "providers/reference/types.h"

namespace mortise::reference {
namespace {

struct ResizeOp {
  std::string mode, coordinates, nearest, policy;
  float cubic_a = -0.75f, extrapolation = 0;
  bool exclude_outside = false, antialias = false;
  std::vector<int64_t> axes;
  std::vector<float> scales;  // Upsample 1 to 7
  uint64_t scales_input = 2;
};

struct Axis {
  int64_t input = 1, output = 1;
  sdk::AxisRatio ratio;
  double start = 0, end = 1;
};

struct Tap {
  int64_t index;
  double weight;
};

// The taps of all output coordinates one after the other; those of coordinate i end at ends[i].
struct Table {
  std::vector<Tap> taps;
  std::vector<uint64_t> ends;
  std::vector<bool> outside;  // for extrapolation
};

double source_coordinate(const ResizeOp& op, const Axis& a, int64_t i) {
  const auto x = static_cast<double>(i), in = static_cast<double>(a.input), out = a.ratio.target(in);
  if (op.coordinates == "asymmetric") return a.ratio.source(x);
  if (op.coordinates == "align_corners") return a.output == 1 || out == 1 ? 0 : x * (in - 1) / (out - 1);
  if (op.coordinates == "tf_half_pixel_for_nn") return a.ratio.source(x + 0.5);
  if (op.coordinates == "pytorch_half_pixel" && a.output <= 1) return 0;
  if (op.coordinates == "half_pixel_symmetric") {
    return in / 2 * (1 - static_cast<double>(a.output) / out) + a.ratio.source(x + 0.5) - 0.5;
  }
  if (op.coordinates == "tf_crop_and_resize") {
    if (a.output <= 1) return (a.start + a.end) / 2 * (in - 1);
    return a.start * (in - 1) + x * (a.end - a.start) * (in - 1) / static_cast<double>(a.output - 1);
  }
  return a.ratio.source(x + 0.5) - 0.5;
}

double nearest_coordinate(const std::string& mode, double scale, double x) {
  // Before version 11 the standard names no rule; its example takes the next element where it leaves some out.
  if (mode == "simple") return scale < 1 ? std::ceil(x) : std::floor(x);
  if (mode == "floor") return std::floor(x);
  if (mode == "ceil") return std::ceil(x);
  if (mode == "round_prefer_ceil") return std::floor(x + 0.5);
  return std::ceil(x - 0.5);
}

double kernel(const ResizeOp& op, double x) {
  x = std::abs(x);
  if (op.mode == "linear") return std::max(0.0, 1 - x);
  const double a = op.cubic_a;
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
}

Result<Table> make_table(const ResizeOp& op, const Axis& a) {
  Table table;
  const double last = static_cast<double>(a.input - 1);
  const double squeeze = op.antialias ? std::min(a.ratio.scale(), 1.0) : 1.0;
  const double support = (op.mode == "linear" ? 1 : 2) / squeeze;
  if (op.mode != "nearest" && support > 4 * static_cast<double>(a.input) + 4) {
    return invalid_argument("scale ", a.ratio.scale(), " is too small for ", a.input, " elements");
  }
  for (int64_t i = 0; i < a.output; ++i) {
    const double x = source_coordinate(op, a, i);
    if (!(std::abs(x) < 0x1p50)) {
      return invalid_argument("scale ", a.ratio.scale(), " or the region of interest puts element ", i, " of ",
                              a.output, " at ", x, " of ", a.input);
    }
    table.outside.push_back(x < 0 || x > last);
    if (op.mode == "nearest") {
      const double at = std::min(std::max(nearest_coordinate(op.nearest, a.ratio.scale(), x), 0.0), last);
      table.taps.push_back({static_cast<int64_t>(at), 1});
    } else {
      const uint64_t first = table.taps.size();
      double sum = 0;
      for (double p = std::ceil(x - support); p <= std::floor(x + support); ++p) {
        const double weight = kernel(op, (p - x) * squeeze);
        if (weight == 0 || (op.exclude_outside && (p < 0 || p > last))) continue;
        sum += weight;
        table.taps.push_back({static_cast<int64_t>(std::min(std::max(p, 0.0), last)), weight});
      }
      for (uint64_t t = first; t < table.taps.size() && sum != 0; ++t) table.taps[t].weight /= sum;
    }
    table.ends.push_back(table.taps.size());
  }
  return table;
}

Result<std::vector<float>> read_list(const KernelContext& context, uint64_t input) {
  std::vector<float> list;
  if (!context.has_input(input)) return list;
  const Tensor& tensor = context.input(input);
  MORTISE_TRY(dispatch(Floats{}, tensor.dtype(), [&]<class T>() -> Status {
    for (const T value : tensor.elements<T>()) list.push_back(static_cast<float>(value));
    return {};
  }));
  return list;
}

// What becomes of each axis of x.
Result<std::vector<Axis>> plan(const ResizeOp& op, const KernelContext& context) {
  const Tensor& x = context.input(0);
  Shape chosen;
  for (uint32_t i = 0; op.axes.empty() && i < x.rank(); ++i) chosen.push_back(i);
  if (!op.axes.empty()) {
    MORTISE_ASSIGN(chosen, normalise_axes(op.axes, x.rank()));
  }
  std::vector<float> scales = op.scales, roi;
  if (scales.empty()) {
    MORTISE_ASSIGN(scales, read_list(context, op.scales_input));
  }
  const bool crop = op.coordinates == "tf_crop_and_resize";
  if (crop) {
    MORTISE_ASSIGN(roi, read_list(context, 1));
  }
  Shape sizes;
  const bool sized = op.scales_input == 2 && context.has_input(3), by_size = sized && scales.empty();
  if (sized) {
    MORTISE_ASSIGN(sizes, ints_of(context, 3, "sizes"));
  }
  if (!scales.empty() && sizes.size() != 0) {
    return invalid_argument("there are ", scales.size(), " scales and sizes ", list_of(sizes),
                            "; only one of scales and sizes may be given");
  }
  const uint64_t count = chosen.size();
  if ((by_size ? sizes.size() : scales.size()) != count || (crop && roi.size() != 2 * count)) {
    return invalid_argument("there are ", by_size ? sizes.size() : scales.size(), by_size ? " sizes" : " scales",
                            crop ? concat(" and ", roi.size(), " edges of the region of interest") : "", " for ", count,
                            " axes");
  }
  std::vector<Axis> axes(x.rank());
  for (uint32_t i = 0; i < x.rank(); ++i) axes[i].input = axes[i].output = x.dim(i);
  const bool not_larger = op.policy == "not_larger";
  sdk::AxisRatio common = sdk::AxisRatio::by_scale(not_larger ? std::numeric_limits<double>::infinity() : 0);
  for (uint64_t i = 0; i < count; ++i) {
    Axis& a = axes[static_cast<uint64_t>(chosen[i])];
    if (crop) {
      a.start = roi[i];
      a.end = roi[i + count];
    }
    const double extent = static_cast<double>(a.input) * (crop ? a.end - a.start : 1.0);
    if (!by_size) {
      a.ratio = sdk::AxisRatio::by_scale(static_cast<double>(scales[i]));
    } else if (sizes[i] != a.input) {  // an empty axis may stay one
      a.ratio = sdk::AxisRatio::by_size(a.input, sizes[i]);
    }
    const double output = by_size ? static_cast<double>(sizes[i])
                                  : std::floor(static_cast<double>(static_cast<float>(extent) * scales[i]));
    if (!(output >= 0 && output < 0x1p40) || !(a.ratio.scale() > 0) || !std::isfinite(a.ratio.scale())) {
      if (by_size) {
        return invalid_argument("sizes ", list_of(sizes), " has ", sizes[i], " for axis ", chosen[i], " of X ",
                                to_string(x.shape()),
                                "; a size is at least 1 and less than 2^40, that of an empty axis 0");
      }
      return invalid_argument("axis ", chosen[i], " of ", to_string(x.shape()), " cannot be scaled by ",
                              a.ratio.scale());
    }
    a.output = static_cast<int64_t>(output);
    if (not_larger ? a.ratio.scale() < common.scale() : a.ratio.scale() > common.scale()) common = a.ratio;
  }
  for (uint64_t i = 0; by_size && op.policy != "stretch" && i < count; ++i) {
    Axis& a = axes[static_cast<uint64_t>(chosen[i])];
    const double output = std::floor(common.scale() * static_cast<double>(a.input) + 0.5);
    if (!(output < 0x1p40)) {
      return invalid_argument("axis ", chosen[i], " of ", to_string(x.shape()), " cannot be scaled by ",
                              common.scale());
    }
    a.ratio = common;
    a.output = static_cast<int64_t>(output);
  }
  return axes;
}

Status interpolate(KernelContext& context, const ResizeOp& op, const std::vector<Axis>& axes,
                   const std::vector<Table>& tables, Tensor& y) {
  const Tensor& x = context.input(0);
  return dispatch(Numbers{}, x.dtype(), [&]<class T>() -> Status {
    Shape shape = x.shape();
    std::span<double> data = context.scratch<double>(static_cast<uint64_t>(x.num_elements()));
    std::transform(x.data<T>(), x.data<T>() + data.size(), data.begin(), [](T v) { return static_cast<double>(v); });
    for (uint32_t i = 0; i < axes.size(); ++i) {
      const Table& table = tables[i];
      if (axes[i].input == axes[i].output && axes[i].ratio.scale() == 1 && op.coordinates != "tf_crop_and_resize")
        continue;
      const AxisSplit split = split_at(shape, i);
      shape[i] = axes[i].output;
      MORTISE_TRY(check_shape(DType::kF64, shape));
      const std::span<double> next = context.scratch<double>(static_cast<uint64_t>(shape.num_elements()));
      const int64_t inner = split.inner, rows = split.outer * axes[i].output;
      context.parallel_for(static_cast<uint64_t>(rows), grain_for(4 * inner), [&](uint64_t begin, uint64_t end) {
        for (uint64_t row = begin; row < end; ++row) {
          const uint64_t at = row % static_cast<uint64_t>(axes[i].output),
                         block = row / static_cast<uint64_t>(axes[i].output);
          double* out = next.data() + row * static_cast<uint64_t>(inner);
          std::fill_n(out, inner, 0.0);
          for (uint64_t t = at == 0 ? 0 : table.ends[at - 1]; t < table.ends[at]; ++t) {
            const double* in = data.data() + (static_cast<int64_t>(block) * split.extent + table.taps[t].index) * inner;
            for (int64_t e = 0; e < inner; ++e) out[e] += table.taps[t].weight * in[e];
          }
        }
      });
      data = next;
    }
    std::transform(data.begin(), data.end(), y.data<T>(),
                   [](double value) { return saturate<T>(std::is_integral_v<T> ? nearly_integer(value) : value); });
    if (op.coordinates != "tf_crop_and_resize") return {};
    for (uint64_t i = 0; i < data.size(); ++i) {
      uint64_t rest = i;
      bool outside = false;
      for (uint32_t a = y.rank(); a-- > 0; rest /= static_cast<uint64_t>(y.dim(a))) {
        outside = outside || tables[a].outside[rest % static_cast<uint64_t>(y.dim(a))];
      }
      if (outside) y.data<T>()[i] = saturate<T>(static_cast<double>(op.extrapolation));
    }
    return {};
  });
}

// Nearest: elements are moved, whatever they are.
Status move(KernelContext& context, const ResizeOp& op, const std::vector<Table>& tables, Tensor& y) {
  const Tensor& x = context.input(0);
  const Shape& shape = y.shape();
  const Shape strides = strides_of(x.shape());
  const auto inside = [&](uint32_t axis, int64_t at) {
    return op.coordinates != "tf_crop_and_resize" || !tables[axis].outside[static_cast<uint64_t>(at)];
  };
  const auto fill = [&](auto outside) {
    using T = decltype(outside);
    const T* in = x.data<T>();
    T* out = y.data<T>();
    context.parallel_for(static_cast<uint64_t>(y.num_elements()), kElementGrain, [&](uint64_t begin, uint64_t end) {
      for (uint64_t i = begin; i < end; ++i) {
        auto rest = static_cast<int64_t>(i);
        int64_t from = 0;
        bool taken = true;
        for (uint32_t a = shape.rank(); a-- > 0; rest /= shape[a]) {
          const int64_t at = rest % shape[a];
          from += tables[a].taps[static_cast<uint64_t>(at)].index * strides[a];
          taken = taken && inside(a, at);
        }
        out[i] = taken ? in[from] : outside;
      }
    });
    return Status();
  };
  return dispatch(Join<NumbersAndBool, NoNumbers>{}, x.dtype(), [&]<class T>() -> Status {
    if constexpr (std::is_same_v<T, mortise_string_t>) {
      return fill(T{});
    } else if constexpr (std::is_same_v<T, bool>) {
      return fill(op.extrapolation != 0);
    } else if constexpr (contains(kComplex, dtype_of<T>)) {
      return fill(T(op.extrapolation));
    } else {
      return fill(saturate<T>(static_cast<double>(op.extrapolation)));
    }
  });
}

Result<Kernel> make_resizing(const NodeSpec& node, ResizeOp op) {
  if (op.mode == "bilinear") op.mode = "linear";
  if (op.mode != "nearest" && op.mode != "linear" && op.mode != "cubic") {
    return unimplemented("mode '", op.mode, "' is not known");
  }
  if (op.mode != "nearest") MORTISE_TRY(expect_numbers(node.input_dtype(0), concat("mode '", op.mode, "'")));
  return Kernel([op = std::move(op)](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    MORTISE_ASSIGN(const std::vector<Axis> axes, plan(op, context));
    Shape output;
    for (const Axis& axis : axes) output.push_back(axis.output);
    MORTISE_TRY(check_shape(DType::kF64, output));
    Tensor& y = context.output(0, x.dtype(), output);
    if (y.num_elements() == 0) return {};
    if (x.num_elements() == 0) {
      return invalid_argument("X ", to_string(x.shape()), " has no elements to be resized to ", to_string(output));
    }
    std::vector<Table> tables;
    for (const Axis& axis : axes) {
      MORTISE_ASSIGN(Table table, make_table(op, axis));
      tables.push_back(std::move(table));
    }
    return op.mode == "nearest" ? move(context, op, tables, y) : interpolate(context, op, axes, tables, y);
  });
}

}  // namespace

Result<Kernel> make_resize(const NodeSpec& node) {
  const auto text = [&](std::string_view name, std::string_view otherwise) {
    return std::string(node.get_string(name, otherwise));
  };
  const bool simple = node.since_version() < 11;
  const auto axes = node.get_ints("axes");
  return make_resizing(node,
                       {.mode = text("mode", "nearest"),
                        .coordinates = text("coordinate_transformation_mode", simple ? "asymmetric" : "half_pixel"),
                        .nearest = text("nearest_mode", simple ? "simple" : "round_prefer_floor"),
                        .policy = text("keep_aspect_ratio_policy", "stretch"),
                        .cubic_a = node.get_float("cubic_coeff_a", -0.75f),
                        .extrapolation = node.get_float("extrapolation_value", 0.0f),
                        .exclude_outside = node.get_int("exclude_outside", 0) != 0,
                        .antialias = node.get_int("antialias", 0) != 0,
                        .axes = {axes.begin(), axes.end()},
                        .scales_input = simple ? 1u : 2u});
}

Result<Kernel> make_upsample(const NodeSpec& node) {
  std::vector<float> scales;
  for (const float scale : node.get_floats("scales")) scales.push_back(scale);
  if (node.since_version() < 7) scales = {1, 1, node.get_float("height_scale", 1), node.get_float("width_scale", 1)};
  return make_resizing(node, {.mode = std::string(node.get_string("mode", "nearest")),
                              .coordinates = "asymmetric",
                              .nearest = "simple",
                              .policy = "stretch",
                              .scales = std::move(scales),
                              .scales_input = 1});
}

}  // namespace mortise::reference
