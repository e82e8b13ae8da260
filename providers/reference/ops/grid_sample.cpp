// GridSample: an image read at the places that a grid names, in any number of spatial axes; AffineGrid: the grid of an
// affine map. Coordinates run from -1 to 1 over the image, the last spatial axis first.
#include <cmath>

#include "providers/reference/ops/axes.h"
#include "providers/reference/ops/doubles.h"
#include "providers/reference/ops/nearly_integer.h"
#include "providers/reference/types.h"

namespace mortise::reference {
namespace {

enum class Mode { kNearest, kLinear, kCubic };
enum class Padding { kZeros, kBorder, kReflection };

// A coordinate thrown back at the borders until it lies between them.
double reflect(double x, double low, double high) {
  const double range = high - low;
  if (range <= 0) return low;
  const double position = std::fmod(std::abs(x - low), 2 * range);
  return low + (position > range ? 2 * range - position : position);
}

// One axis of the image: the pixels that count for a coordinate, and their weights.
struct GridAxis {
  int64_t extent;
  bool align;
  Padding padding;
  double low() const { return align ? 0.0 : -0.5; }
  double high() const { return static_cast<double>(extent) - (align ? 1.0 : 0.5); }

  double denormalise(double n) const {
    const auto length = static_cast<double>(extent);
    return align ? (n + 1) / 2 * (length - 1) : ((n + 1) * length - 1) / 2;
  }
  // Coordinates outside [-1, 1], and those alone: the outer halves of the outer pixels are inside.
  double pull_inside(double x) const {
    if (padding == Padding::kZeros || (x >= low() && x <= high())) return x;
    const bool clamped = padding == Padding::kBorder || std::isinf(x);  // infinity has no mirror image
    return clamped ? std::clamp(x, 0.0, static_cast<double>(extent - 1)) : reflect(x, low(), high());
  }
  // The pixel that stands for position i, -1 for none.
  int64_t pixel(double i) const {
    if (padding == Padding::kReflection && (i < low() || i > high())) i = std::trunc(reflect(i, low(), high()));
    if (padding != Padding::kZeros) i = std::clamp(i, 0.0, static_cast<double>(extent - 1));
    return i >= 0 && i < static_cast<double>(extent) ? static_cast<int64_t>(i) : -1;
  }
};

struct Taps {
  uint32_t count = 0;
  int64_t pixels[4] = {};
  double weights[4] = {};
};

// Keys' cubic kernel with a = -0.75 at a distance.
double cubic_weight(double distance) {
  constexpr double a = -0.75;
  const double d = std::abs(distance);
  if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
}

Taps taps_at(const GridAxis& axis, double n, Mode mode) {
  Taps taps;
  double x = axis.denormalise(n);
  if (std::isnan(x)) x = -2;  // outside, whatever the padding makes of it
  if (mode == Mode::kNearest) {
    x = axis.pull_inside(std::nearbyint(x));
    taps.count = 1;
    taps.pixels[0] = axis.pixel(std::trunc(x));
    taps.weights[0] = 1;
    return taps;
  }
  x = axis.pull_inside(x);
  const double base = std::floor(x);
  const int first = mode == Mode::kCubic ? -1 : 0;
  taps.count = mode == Mode::kCubic ? 4 : 2;
  for (uint32_t t = 0; t < taps.count; ++t) {
    const double at = base + first + t;
    taps.pixels[t] = axis.pixel(at);
    taps.weights[t] = mode == Mode::kCubic ? cubic_weight(x - at) : 1 - std::abs(x - at);
  }
  return taps;
}

// The sum over all combinations of taps of axes `axis` and after.
double weigh(std::span<const Taps> taps, const Shape& strides, uint32_t axis, const double* image) {
  if (axis == taps.size()) return *image;
  double sum = 0;
  for (uint32_t t = 0; t < taps[axis].count; ++t) {
    if (taps[axis].pixels[t] < 0) continue;
    sum += taps[axis].weights[t] * weigh(taps, strides, axis + 1, image + taps[axis].pixels[t] * strides[axis]);
  }
  return sum;
}

// Nearest: pixels are moved, whatever they are; zero, or an empty string, where there is none.
template <class TapsOf>
Status move(KernelContext& context, const Tensor& x, const Shape& strides, int64_t places, const TapsOf& taps_of,
            Tensor& y) {
  return dispatch_size(x.dtype(), [&]<class T>() -> Status {
    const int64_t channels = x.dim(1), pixels = x.shape().product(2, x.rank());
    const T* in = x.data<T>();
    T* out = y.data<T>();
    context.parallel_for(static_cast<uint64_t>(x.dim(0) * places), 256, [&](uint64_t begin, uint64_t end) {
      Taps taps[8];
      for (uint64_t at = begin; at < end; ++at) {
        taps_of(at, taps);
        int64_t pixel = 0;
        for (uint32_t i = 0; i < strides.rank() && pixel >= 0; ++i) {
          pixel = taps[i].pixels[0] < 0 ? -1 : pixel + taps[i].pixels[0] * strides[i];
        }
        const auto batch = static_cast<int64_t>(at) / places, place = static_cast<int64_t>(at) % places;
        for (int64_t plane = batch * channels; plane < (batch + 1) * channels; ++plane) {
          out[plane * places + place] = pixel < 0 ? T{} : in[plane * pixels + pixel];
        }
      }
    });
    return {};
  });
}

}  // namespace

Result<Kernel> make_grid_sample(const NodeSpec& node) {
  const std::string_view mode_name = node.get_string("mode", "linear");
  const std::string_view padding_name = node.get_string("padding_mode", "zeros");
  Mode mode;
  if (mode_name == "linear" || mode_name == "bilinear") {
    mode = Mode::kLinear;
  } else if (mode_name == "cubic" || mode_name == "bicubic") {
    mode = Mode::kCubic;
  } else if (mode_name == "nearest") {
    mode = Mode::kNearest;
  } else {
    return invalid_argument("attribute mode is '", mode_name, "', not linear, cubic or nearest");
  }
  Padding padding;
  if (padding_name == "zeros") {
    padding = Padding::kZeros;
  } else if (padding_name == "border") {
    padding = Padding::kBorder;
  } else if (padding_name == "reflection") {
    padding = Padding::kReflection;
  } else {
    return invalid_argument("attribute padding_mode is '", padding_name, "', not zeros, border or reflection");
  }
  if (mode != Mode::kNearest) MORTISE_TRY(expect_numbers(node.input_dtype(0), concat("mode '", mode_name, "'")));
  const bool align = node.get_int("align_corners", 0) != 0;
  return Kernel([=](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    const Tensor& grid = context.input(1);
    const uint32_t axes = x.rank() < 3 ? 0 : x.rank() - 2;
    if (axes == 0 || axes > 8 || grid.rank() != x.rank() || grid.dim(0) != x.dim(0) || grid.shape().back() != axes ||
        !contains(kNumbersAndBool, grid.dtype())) {
      return invalid_argument("a grid ", to_string(grid.dtype()), to_string(grid.shape()), " does not fit an image ",
                              to_string(x.shape()));
    }
    Shape result{x.dim(0), x.dim(1)};
    for (uint32_t i = 0; i < axes; ++i) result.push_back(grid.dim(i + 1));
    MORTISE_TRY(check_shape(x.dtype(), result));
    Tensor& y = context.output(0, x.dtype(), result);
    if (result.num_elements() == 0) return {};
    const Shape image(std::span<const int64_t>(x.shape()).subspan(2));
    const Shape strides = strides_of(image);
    const int64_t pixels = image.num_elements(), places = result.product(2, result.rank());
    if (pixels == 0) return invalid_argument("an image ", to_string(x.shape()), " has no pixels to read");
    const std::span<const double> coordinates = read_doubles(context, grid);
    const auto taps_of = [&](uint64_t at, Taps* taps) {
      for (uint32_t i = 0; i < axes; ++i) {
        const GridAxis axis{.extent = image[i], .align = align, .padding = padding};
        taps[i] = taps_at(axis, coordinates[at * axes + (axes - 1 - i)], mode);
      }
    };
    if (mode == Mode::kNearest) return move(context, x, strides, places, taps_of, y);
    const std::span<const double> values = read_doubles(context, x);
    const std::span<double> out = context.scratch<double>(static_cast<uint64_t>(result.num_elements()));
    const auto total = static_cast<uint64_t>(x.dim(0)) * static_cast<uint64_t>(places);
    const bool whole = contains(kInts, x.dtype());
    context.parallel_for(total, 256, [&](uint64_t begin, uint64_t end) {
      Taps taps[8];
      for (uint64_t at = begin; at < end; ++at) {
        taps_of(at, taps);
        const auto batch = static_cast<int64_t>(at) / places, place = static_cast<int64_t>(at) % places;
        for (int64_t c = 0; c < x.dim(1); ++c) {
          const int64_t plane = batch * x.dim(1) + c;
          const double value = weigh(std::span<const Taps>(taps, axes), strides, 0, values.data() + plane * pixels);
          out[static_cast<uint64_t>(plane * places + place)] = whole ? nearly_integer(value) : value;
        }
      }
    });
    write_doubles(context, out, y);
    return {};
  });
}

Result<Kernel> make_affine_grid(const NodeSpec& node) {
  return Kernel([align = node.get_int("align_corners", 0) != 0](KernelContext& context) -> Status {
    const Tensor& theta = context.input(0);
    MORTISE_ASSIGN(const Shape size, ints_of(context, 1, "size"));
    const uint32_t axes = size.rank() < 2 ? 0 : size.rank() - 2;
    if ((axes != 2 && axes != 3) || !(theta.shape() == Shape{size[0], axes, axes + 1})) {
      return invalid_argument("maps ", to_string(theta.shape()), " do not fit the size ", list_of(size));
    }
    const Shape image(std::span<const int64_t>(size).subspan(2));
    Shape result{size[0]};
    for (const int64_t extent : image) {
      if (extent < 0) return invalid_argument("size ", list_of(size), " has the negative extent ", extent);
      result.push_back(extent);
    }
    result.push_back(axes);
    MORTISE_TRY(check_shape(theta.dtype(), result));
    Tensor& y = context.output(0, theta.dtype(), result);
    const std::span<const double> maps = read_doubles(context, theta);
    const std::span<double> out = context.scratch<double>(static_cast<uint64_t>(result.num_elements()));
    const auto places = static_cast<uint64_t>(image.num_elements());
    for (uint64_t at = 0; at < out.size() / axes; ++at) {
      uint64_t rest = at % places;
      double point[4];  // the last spatial axis first, then 1
      for (uint32_t i = 0; i < axes; ++i) {
        const auto extent = static_cast<uint64_t>(image[axes - 1 - i]);
        const auto length = static_cast<double>(extent), position = static_cast<double>(rest % extent);
        if (align) {
          point[i] = extent == 1 ? -1.0 : 2 * position / (length - 1) - 1;
        } else {
          point[i] = (2 * position + 1) / length - 1;
        }
        rest /= extent;
      }
      point[axes] = 1;
      const double* map = maps.data() + at / places * axes * (axes + 1);
      for (uint32_t row = 0; row < axes; ++row) {
        double sum = 0;
        for (uint32_t i = 0; i <= axes; ++i) sum += map[row * (axes + 1) + i] * point[i];
        out[at * axes + row] = sum;
      }
    }
    write_doubles(context, out, y);
    return {};
  });
}

}  // namespace mortise::reference
