// RoiAlign and MaxRoiPool: boxes of images, each brought to one size. MaxUnpool: what MaxPool took out, put back.
#include <cmath>
#include <limits>

#include "providers/reference/ops/axes.h"
#include "providers/reference/ops/doubles.h"
#include "providers/reference/ops/extremes.h"
#include "providers/reference/types.h"

namespace mortise::reference {
namespace {

// Four pixels around a point and their weights; a point outside the image is 0, whatever the pixels are.
struct Bilinear {
  bool inside = false;
  int64_t pixels[4] = {};
  double weights[4] = {};
};
Bilinear bilinear_at(double y, double x, int64_t height, int64_t width) {
  Bilinear result;
  if (!(y >= -1 && y <= static_cast<double>(height) && x >= -1 && x <= static_cast<double>(width))) return result;
  y = std::clamp(y, 0.0, static_cast<double>(height - 1));
  x = std::clamp(x, 0.0, static_cast<double>(width - 1));
  const auto top = static_cast<int64_t>(y), left = static_cast<int64_t>(x);
  const int64_t bottom = std::min(top + 1, height - 1), right = std::min(left + 1, width - 1);
  const double v = y - static_cast<double>(top), u = x - static_cast<double>(left);
  return {true,
          {top * width + left, top * width + right, bottom * width + left, bottom * width + right},
          {(1 - v) * (1 - u), (1 - v) * u, v * (1 - u), v * u}};
}

Status check_image(const Tensor& x) {
  if (x.rank() != 4 || x.dim(2) == 0 || x.dim(3) == 0) {
    return invalid_argument("X ", to_string(x.shape()), " must be images [N, C, H, W]");
  }
  return {};
}

// Samples per axis of a bin; a box from a model may be of any size.
constexpr int64_t kMaxSamples = 4096;

}  // namespace

Result<Kernel> make_roi_align(const NodeSpec& node) {
  const std::string_view mode = node.get_string("mode", "avg");
  if (mode != "avg" && mode != "max") return invalid_argument("attribute mode is '", mode, "', not avg or max");
  const bool average = mode == "avg";
  const bool half_pixel =
      node.since_version() >= 16 && node.get_string("coordinate_transformation_mode", "half_pixel") == "half_pixel";
  const int64_t height = node.get_int("output_height", 1), width = node.get_int("output_width", 1);
  const int64_t ratio = node.get_int("sampling_ratio", 0);
  const double scale = node.get_float("spatial_scale", 1);
  if (height < 1 || width < 1 || ratio < 0 || ratio > kMaxSamples) {
    return invalid_argument("an output of ", height, " by ", width, " with ", ratio, " samples is not possible");
  }
  return Kernel([=](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    MORTISE_TRY(check_image(x));
    const Tensor& boxes = context.input(1);
    MORTISE_ASSIGN(const Shape batches, ints_of(context, 2, "batch_indices"));
    const auto count = static_cast<int64_t>(batches.size());
    if (!(boxes.shape() == Shape{count, 4}) || !contains(kFloats, boxes.dtype())) {
      return invalid_argument("rois ", to_string(boxes.shape()), " do not fit ", count, " batch indices");
    }
    for (const int64_t batch : batches) {
      if (batch >= 0 && batch < x.dim(0)) continue;
      return invalid_argument("batch_indices has ", batch, ", which is none of the images of X ", to_string(x.shape()));
    }
    const Shape result{count, x.dim(1), height, width};
    MORTISE_TRY(check_shape(DType::kF64, result));
    Tensor& y = context.output(0, x.dtype(), result);
    const std::span<const double> image = read_doubles(context, x), corners = read_doubles(context, boxes);
    const std::span<double> out = context.scratch<double>(static_cast<uint64_t>(result.num_elements()));
    const int64_t plane = x.dim(2) * x.dim(3);
    for (uint64_t i = 0; i < out.size(); ++i) {
      const auto at = static_cast<int64_t>(i);
      const int64_t column = at % width, row = at / width % height;
      const int64_t channel = at / width / height % x.dim(1), box = at / width / height / x.dim(1);
      const double* c = corners.data() + box * 4;
      const double offset = half_pixel ? 0.5 : 0;
      double box_width = (c[2] - c[0]) * scale, box_height = (c[3] - c[1]) * scale;
      if (!half_pixel) {
        box_width = std::max(box_width, 1.0);
        box_height = std::max(box_height, 1.0);
      }
      const double bin_width = box_width / static_cast<double>(width);
      const double bin_height = box_height / static_cast<double>(height);
      if (!std::isfinite(bin_width) || !std::isfinite(bin_height) || std::ceil(bin_width) > kMaxSamples ||
          std::ceil(bin_height) > kMaxSamples) {
        return invalid_argument("box ", box, " of rois has bins of ", bin_height, " by ", bin_width,
                                " pixels; at most ", kMaxSamples, " can be sampled");
      }
      const int64_t rows = ratio > 0 ? ratio : static_cast<int64_t>(std::max(std::ceil(bin_height), 0.0));
      const int64_t columns = ratio > 0 ? ratio : static_cast<int64_t>(std::max(std::ceil(bin_width), 0.0));
      const double* pixels = image.data() + (batches[static_cast<uint64_t>(box)] * x.dim(1) + channel) * plane;
      double sum = 0, highest = -std::numeric_limits<double>::infinity();
      for (int64_t r = 0; r < rows; ++r) {
        const double v =
            c[1] * scale - offset +
            (static_cast<double>(row) + (static_cast<double>(r) + 0.5) / static_cast<double>(rows)) * bin_height;
        for (int64_t k = 0; k < columns; ++k) {
          const double u =
              c[0] * scale - offset +
              (static_cast<double>(column) + (static_cast<double>(k) + 0.5) / static_cast<double>(columns)) * bin_width;
          const Bilinear taps = bilinear_at(v, u, x.dim(2), x.dim(3));
          for (int t = 0; t < 4; ++t) {
            const double part = taps.inside ? taps.weights[t] * pixels[taps.pixels[t]] : 0;
            sum += part;
            if (is_above(part, highest)) highest = part;  // of the weighted pixels, as the operator's definition has it
          }
        }
      }
      const bool empty = rows < 1 || columns < 1;
      out[i] = empty ? 0 : average ? sum / static_cast<double>(rows * columns) : highest;
    }
    write_doubles(out, y);
    return {};
  });
}

Result<Kernel> make_max_roi_pool(const NodeSpec& node) {
  const std::span<const int64_t> pooled = node.get_ints("pooled_shape");
  if (pooled.size() != 2 || pooled[0] < 1 || pooled[1] < 1) {
    return invalid_argument("attribute pooled_shape is ", list_of(pooled), "; it must be two positive extents");
  }
  const int64_t height = pooled[0], width = pooled[1];
  const double scale = node.get_float("spatial_scale", 1);
  return Kernel([=](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    MORTISE_TRY(check_image(x));
    const Tensor& boxes = context.input(1);
    if (boxes.rank() != 2 || boxes.dim(1) != 5 || !contains(kFloats, boxes.dtype())) {
      return invalid_argument("rois ", to_string(boxes.shape()), " must be [boxes, 5]");
    }
    const Shape result{boxes.dim(0), x.dim(1), height, width};
    MORTISE_TRY(check_shape(DType::kF64, result));
    Tensor& y = context.output(0, x.dtype(), result);
    const std::span<const double> image = read_doubles(context, x), corners = read_doubles(context, boxes);
    const std::span<double> out = context.scratch<double>(static_cast<uint64_t>(result.num_elements()));
    for (uint64_t i = 0; i < out.size(); ++i) {
      const auto at = static_cast<int64_t>(i);
      const int64_t place[2] = {at / width % height, at % width};
      const int64_t channel = at / width / height % x.dim(1), box = at / width / height / x.dim(1);
      const double* c = corners.data() + box * 5;
      if (!(c[0] >= 0 && c[0] < static_cast<double>(x.dim(0)))) {
        return invalid_argument("box ", box, " names image ", c[0], " of ", x.dim(0));
      }
      int64_t first[2], last[2];
      for (uint32_t axis = 0; axis < 2; ++axis) {
        const double begin = std::round(c[2 - axis] * scale), end = std::round(c[4 - axis] * scale);
        const double bin = std::max(end - begin + 1, 1.0) / static_cast<double>(axis == 0 ? height : width);
        const auto extent = static_cast<double>(x.dim(2 + axis)), p = static_cast<double>(place[axis]);
        const double from = std::floor(p * bin) + begin, to = std::ceil((p + 1) * bin) + begin;
        if (!std::isfinite(from) || !std::isfinite(to)) {
          return invalid_argument("box ", box, " of rois goes from ", from, " to ", to, ", which is not finite");
        }
        first[axis] = static_cast<int64_t>(std::clamp(from, 0.0, extent));
        last[axis] = static_cast<int64_t>(std::clamp(to, 0.0, extent));
      }
      const int64_t plane = (static_cast<int64_t>(c[0]) * x.dim(1) + channel) * x.dim(2);
      double highest = -std::numeric_limits<double>::infinity();
      for (int64_t r = first[0]; r < last[0]; ++r) {
        for (int64_t k = first[1]; k < last[1]; ++k) {
          const double pixel = image[static_cast<uint64_t>((plane + r) * x.dim(3) + k)];
          if (is_above(pixel, highest)) highest = pixel;
        }
      }
      out[i] = first[0] >= last[0] || first[1] >= last[1] ? 0 : highest;
    }
    write_doubles(out, y);
    return {};
  });
}

Result<Kernel> make_max_unpool(const NodeSpec& node) {
  const Shape kernel(node.get_ints("kernel_shape"));
  Shape strides(node.get_ints("strides")), pads(node.get_ints("pads"));
  const uint32_t axes = kernel.rank();
  if (strides.rank() == 0) strides = Shape(axes, 1);
  if (pads.rank() == 0) pads = Shape(2 * axes, 0);
  if (axes == 0 || strides.rank() != axes || pads.rank() != 2 * axes) {
    return invalid_argument("attributes kernel_shape, strides and pads differ in their number of axes");
  }
  constexpr int64_t kMost = int64_t{1} << 31;
  for (const Shape* list : std::initializer_list<const Shape*>{&kernel, &strides, &pads}) {
    for (const int64_t value : *list) {
      if (value >= 0 && value <= kMost) continue;
      return invalid_argument("attributes kernel_shape ", list_of(kernel), ", strides ", list_of(strides), " and pads ",
                              list_of(pads), " have ", value, ", which is out of range");
    }
  }
  return Kernel([=](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    const Tensor& indices = context.input(1);
    if (x.rank() != axes + 2 || !(indices.shape() == x.shape()) || indices.dtype() != DType::kI64) {
      return invalid_argument("X ", to_string(x.shape()), " and I ", to_string(indices.shape()), " do not fit ", axes,
                              " axes");
    }
    Shape pooled{x.dim(0), x.dim(1)};
    for (uint32_t i = 0; i < axes; ++i) {
      const int64_t extent = x.dim(i + 2);
      if (extent < 1 || extent > kMost) return invalid_argument("X ", to_string(x.shape()), " has no pixels");
      pooled.push_back((extent - 1) * strides[i] + kernel[i] - pads[i] - pads[axes + i]);
      if (pooled.back() < 1) {
        return invalid_argument("pads ", list_of(pads), " leave ", pooled.back(), " of axis ", i + 2, " of the output");
      }
    }
    Shape result = pooled;
    if (context.has_input(2)) {
      MORTISE_ASSIGN(result, ints_of(context, 2, "output_shape"));
      if (result.rank() != x.rank() || result[0] != x.dim(0) || result[1] != x.dim(1)) {
        return invalid_argument("output_shape ", list_of(result), " does not fit X ", to_string(x.shape()));
      }
    }
    MORTISE_TRY(check_shape(DType::kF64, pooled));
    MORTISE_TRY(check_shape(DType::kF64, result));
    Tensor& y = context.output(0, x.dtype(), result);
    return dispatch(Floats{}, x.dtype(), [&]<class T>() -> Status {
      const std::span<T> out = y.elements<T>();
      std::fill(out.begin(), out.end(), T{});
      const int64_t size = pooled.num_elements();
      for (int64_t i = 0; i < x.num_elements(); ++i) {
        int64_t index = indices.data<int64_t>()[i];
        if (index < 0 || index >= size) {
          return invalid_argument("I has the index ", index, " at ", i, ", which is out of range for ",
                                  to_string(pooled));
        }
        // The index counts in the tensor that was pooled; a larger output keeps the place, not the count.
        int64_t offset = 0, step = 1;
        for (uint32_t axis = x.rank(); axis-- > 0;) {
          const int64_t place = index % pooled[axis];
          if (place >= result[axis]) {
            return invalid_argument("I has the index ", indices.data<int64_t>()[i], " at ", i,
                                    ", which lies outside of output_shape ", to_string(result));
          }
          offset += place * step;
          index /= pooled[axis];
          step *= result[axis];
        }
        out[static_cast<uint64_t>(offset)] = x.data<T>()[i];
      }
      return {};
    });
  });
}

}  // namespace mortise::reference
