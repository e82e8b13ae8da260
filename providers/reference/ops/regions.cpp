// RoiAlign and MaxRoiPool: boxes of images, each brought to one size. MaxUnpool: what MaxPool took out, put back.
#include <cmath>
#include <limits>

#include "providers/reference/ops/axes.h"
#include "providers/reference/ops/doubles.h"
#include "providers/reference/ops/extremes.h"
#include "providers/reference/types.h"

namespace mortise::reference {
namespace {

Status check_image(const Tensor& x) {
  if (x.rank() != 4 || x.dim(2) == 0 || x.dim(3) == 0) {
    return invalid_argument("X ", to_string(x.shape()), " must be images [N, C, H, W]");
  }
  return {};
}

// Samples of a bin along an axis: none of them is walked over, but a double must tell each from the next.
constexpr int64_t kMaxSamples = int64_t{1} << 52;

// The first number of [first, last) of which `below` does not hold; it holds of those before and of none behind.
template <class Below>
int64_t first_not(int64_t first, int64_t last, Below&& below) {
  while (first < last) {
    const int64_t middle = first + (last - first) / 2;
    if (below(middle)) {
      first = middle + 1;
    } else {
      last = middle;
    }
  }
  return first;
}

// Where the bins of a box have their samples along one axis.
struct Sampling {
  double start = 0, size = 0;  // of the first bin, in pixels; a box may lie the wrong way round
  int64_t samples = 0;         // of each bin

  // Samples are numbered such that none lies before the previous one.
  double place(int64_t bin, int64_t sample) const {
    const int64_t k = size < 0 ? samples - 1 - sample : sample;
    return start + (static_cast<double>(bin) + (static_cast<double>(k) + 0.5) / static_cast<double>(samples)) * size;
  }
};

// A pixel along one axis and its weights in the samples of a bin: their sum, the least and the most.
struct Weighted {
  int64_t pixel;
  double sum, least, most;
};

// The samples of a bin along one axis.
struct Bin {
  Weighted* first;
  Weighted* last;
  bool sticks_out;  // some lie outside of the image

  void add(const Weighted& more) {
    Weighted* known = last - std::min<ptrdiff_t>(2, last - first);
    while (known != last && known->pixel != more.pixel) ++known;
    if (known == last) {
      *last++ = more;
    } else {
      *known = {more.pixel, known->sum + more.sum, std::min(known->least, more.least),
                std::max(known->most, more.most)};
    }
  }
};

// The pixels that the samples of a bin lie between, written to `pixels`. All samples between the same two are done at
// once: they lie evenly, so that the first and the last one tell the sum.
Bin gather(const Sampling& sampling, int64_t bin, int64_t extent, Weighted* pixels) {
  const auto place = [&](int64_t sample) { return sampling.place(bin, sample); };
  const auto end = static_cast<double>(extent);
  const int64_t first = first_not(0, sampling.samples, [&](int64_t k) { return place(k) < -1; });
  const int64_t last = first_not(first, sampling.samples, [&](int64_t k) { return place(k) <= end; });
  Bin result{pixels, pixels, last - first < sampling.samples};
  for (int64_t next, k = first; k < last; k = next) {
    const double at = std::clamp(place(k), 0.0, end - 1);
    const auto pixel = static_cast<int64_t>(at);
    const auto base = static_cast<double>(pixel);
    // What lies around the image has the weights of its edge.
    const double limit = place(k) < 0 ? 0 : pixel + 1 < extent ? base + 1 : std::numeric_limits<double>::infinity();
    next = first_not(k, last, [&](int64_t sample) { return place(sample) < limit; });
    const double least = at - base, most = std::clamp(place(next - 1), 0.0, end - 1) - base, mean = (least + most) / 2;
    const auto count = static_cast<double>(next - k);
    result.add({pixel, count * (1 - mean), 1 - most, 1 - least});
    result.add({std::min(pixel + 1, extent - 1), count * mean, least, most});
  }
  return result;
}

// Of a plane of `width` columns: the sum of the samples of one bin, each between four pixels.
double sum_of(const Bin& rows, const Bin& columns, const double* plane, int64_t width) {
  double sum = 0;
  for (const Weighted* v = rows.first; v != rows.last; ++v) {
    for (const Weighted* u = columns.first; u != columns.last; ++u) {
      const double pixel = plane[v->pixel * width + u->pixel];
      sum += v->sum * u->sum * pixel;
      if (std::isinf(pixel)) sum += v->least * u->least * pixel;  // NaN if a sample has it with weight 0
    }
  }
  return sum;
}

// The largest of the weighted pixels, as the operator's definition has it: a pixel is largest with the most of its
// weights or, if it is negative, with the least.
double highest_of(const Bin& rows, const Bin& columns, const double* plane, int64_t width) {
  double highest = rows.sticks_out || columns.sticks_out ? 0 : -std::numeric_limits<double>::infinity();
  for (const Weighted* v = rows.first; v != rows.last; ++v) {
    for (const Weighted* u = columns.first; u != columns.last; ++u) {
      const double pixel = plane[v->pixel * width + u->pixel];
      for (const double weight : {v->least * u->least, v->most * u->most}) {
        if (is_above(weight * pixel, highest)) highest = weight * pixel;
      }
    }
  }
  return highest;
}

struct RoiAlign {
  bool average, half_pixel;
  int64_t extents[2];  // of the output: rows, columns
  int64_t ratio;
  double scale;

  // Of a box [x1, y1, x2, y2] along axis 0 (y) or 1 (x).
  Result<Sampling> sampling(const double* box, uint32_t axis, int64_t index) const {
    const double start = box[1 - axis] * scale - (half_pixel ? 0.5 : 0);
    double size = (box[3 - axis] - box[1 - axis]) * scale;
    if (!half_pixel) size = std::max(size, 1.0);
    size /= static_cast<double>(extents[axis]);
    if (!std::isfinite(size)) {
      return invalid_argument("box ", index, " of rois has bins of ", size, " pixels along axis ", axis + 2,
                              " of X, which is not finite");
    }
    if (ratio == 0 && size > static_cast<double>(kMaxSamples)) {
      return invalid_argument("box ", index, " of rois has bins of ", size, " pixels along axis ", axis + 2,
                              " of X; at most ", kMaxSamples, " can have a sample each");
    }
    return Sampling{start, size, ratio > 0 ? ratio : static_cast<int64_t>(std::max(std::ceil(size), 0.0))};
  }
};

Status check_extent(std::string_view name, int64_t extent) {
  if (extent >= 1) return {};
  return invalid_argument("attribute ", name, " is ", extent, "; it must be at least 1");
}

Status align(KernelContext& context, const RoiAlign& op) {
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
  const int64_t channels = x.dim(1), height = op.extents[0], width = op.extents[1];
  const Shape result{count, channels, height, width};
  MORTISE_TRY(check_shape(DType::kF64, result));
  Tensor& y = context.output(0, x.dtype(), result);
  if (result.num_elements() == 0) return {};
  const std::span<const double> image = read_doubles(context, x), corners = read_doubles(context, boxes);
  const std::span<double> out = context.scratch<double>(static_cast<uint64_t>(result.num_elements()));
  const auto samplings = context.scratch<Sampling>(static_cast<uint64_t>(count) * 2);
  for (uint64_t i = 0; i < samplings.size(); ++i) {
    const auto box = static_cast<int64_t>(i / 2);
    MORTISE_ASSIGN(samplings[i], op.sampling(corners.data() + box * 4, i % 2, box));
  }
  // Along an axis a bin shares at most two pixels with the next one, so that those of all bins are not many. Boxes take
  // turns with the memory for them.
  const int64_t num_bins = height + width, num_pixels = x.dim(2) + x.dim(3) + 2 * num_bins;
  const int64_t at_once = std::clamp<int64_t>((int64_t{1} << 16) / num_pixels, 1, count);
  const auto bins = context.scratch<Bin>(static_cast<uint64_t>(at_once * num_bins));
  const auto pixels = context.scratch<Weighted>(static_cast<uint64_t>(at_once * num_pixels));
  for (int64_t base = 0; base < count; base += at_once) {
    const auto turn = static_cast<uint64_t>(std::min(at_once, count - base));
    context.parallel_for(turn, grain_for(num_pixels * 16), [&](uint64_t begin, uint64_t end) {
      for (auto i = static_cast<int64_t>(begin); i < static_cast<int64_t>(end); ++i) {
        Bin* bin = bins.data() + i * num_bins;
        Weighted* free = pixels.data() + i * num_pixels;
        for (uint32_t axis = 0; axis < 2; ++axis) {
          const Sampling& sampling = samplings[static_cast<uint64_t>(base + i) * 2 + axis];
          for (int64_t place = 0; place < op.extents[axis]; ++place, free = bin++->last) {
            *bin = gather(sampling, place, x.dim(2 + axis), free);
          }
        }
      }
    });
    int64_t work = 0;  // products of a channel of all these boxes
    for (const Bin* rows = bins.data(); rows != bins.data() + static_cast<int64_t>(turn) * num_bins; rows += num_bins) {
      const Bin* columns = rows + height;
      work += (rows[height - 1].last - rows->first) * (columns[width - 1].last - columns->first);
    }
    const uint64_t grain = grain_for(work / static_cast<int64_t>(turn) + height * width);
    context.parallel_for(turn * static_cast<uint64_t>(channels), grain, [&](uint64_t begin, uint64_t end) {
      for (auto i = static_cast<int64_t>(begin); i < static_cast<int64_t>(end); ++i) {
        const int64_t box = base + i / channels, channel = i % channels;
        const Sampling* axes = samplings.data() + box * 2;
        const double samples = static_cast<double>(axes[0].samples) * static_cast<double>(axes[1].samples);
        const double* plane =
            image.data() + (batches[static_cast<uint64_t>(box)] * channels + channel) * x.dim(2) * x.dim(3);
        const Bin* rows = bins.data() + i / channels * num_bins;
        const Bin* columns = rows + height;
        double* pooled = out.data() + (box * channels + channel) * height * width;
        for (int64_t at = 0; at < height * width; ++at) {
          const Bin &row = rows[at / width], &column = columns[at % width];
          pooled[at] = samples == 0 ? 0
                       : op.average ? sum_of(row, column, plane, x.dim(3)) / samples
                                    : highest_of(row, column, plane, x.dim(3));
        }
      }
    });
  }
  write_doubles(context, out, y);
  return {};
}

}  // namespace

Result<Kernel> make_roi_align(const NodeSpec& node) {
  const std::string_view mode = node.get_string("mode", "avg");
  if (mode != "avg" && mode != "max") return invalid_argument("attribute mode is '", mode, "', not avg or max");
  const RoiAlign op{.average = mode == "avg",
                    .half_pixel = node.since_version() >= 16 &&
                                  node.get_string("coordinate_transformation_mode", "half_pixel") == "half_pixel",
                    .extents = {node.get_int("output_height", 1), node.get_int("output_width", 1)},
                    .ratio = node.get_int("sampling_ratio", 0),
                    .scale = node.get_float("spatial_scale", 1)};
  MORTISE_TRY(check_extent("output_height", op.extents[0]));
  MORTISE_TRY(check_extent("output_width", op.extents[1]));
  if (op.ratio < 0 || op.ratio > kMaxSamples) {
    return invalid_argument("attribute sampling_ratio is ", op.ratio, "; it must be from 0 to ", kMaxSamples);
  }
  return Kernel([op](KernelContext& context) { return align(context, op); });
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
    write_doubles(context, out, y);
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
