// ConvTranspose: gemm.h gives what every input pixel sends through every tap, summed over the channels, and that is
// added to the output pixel where it lands. An output pixel takes its taps in row-major order, whatever the blocks and
// the threads.
#include "providers/reference/gemm.h"
#include "providers/reference/ops/wording.h"
#include "providers/reference/window.h"

namespace mortise::reference {
namespace {

struct Transposed {
  WindowAttributes window;
  int64_t groups;
};

// What is in memory at a time of products, and of sums where the output is of another type than they are. More only for
// the sums of one filter, or for a few taps of a large image.
constexpr uint64_t kProductBytes = uint64_t{8} << 20;
// Output pixels that a thread takes through all taps at a time: few enough for its cache.
constexpr uint64_t kPartPixels = uint64_t{1} << 14;

// Where the products of one tap land in rows [begin, end) of the output's first spatial axis: along each axis that of
// input position i, first <= i < last, on output position i * stride + offset.
class Landing {
 public:
  Landing(const Window& window, uint64_t tap, int64_t begin, int64_t end)
      : window_(window), begin_(begin), end_(end), first_(window.axes, 0), last_(first_), offset_(first_) {
    unravel(tap, window.kernel, tap_);
    for (uint32_t axis = 0; axis < window.axes; ++axis) aim(axis);
  }

  // To the next tap in row-major order.
  void advance() {
    for (uint32_t axis = window_.axes; axis-- > 0;) {
      const bool carries = ++tap_[axis] == window_.kernel[axis];
      if (carries) tap_[axis] = 0;
      aim(axis);
      if (!carries) return;
    }
  }

  // Adds product(i), i counting the pixels of the input, to the pixels of an output plane.
  template <class Product, class Acc>
  void add(const Product& product, Acc* plane) const {
    add_along(0, 0, 0, product, plane);
  }

 private:
  void aim(uint32_t axis) {
    const int64_t stride = window_.stride[axis], offset = tap_[axis] * window_.dilation[axis] - window_.pad_begin[axis];
    const int64_t begin = axis == 0 ? begin_ : 0, end = axis == 0 ? end_ : window_.output[axis];
    first_[axis] = begin > offset ? (begin - offset - 1) / stride + 1 : 0;
    last_[axis] = end > offset ? std::min(window_.input[axis], (end - offset - 1) / stride + 1) : 0;
    offset_[axis] = offset;
  }

  // `from` and `to` count the rows along the axis, in the input and the output.
  template <class Product, class Acc>
  void add_along(uint32_t axis, int64_t from, int64_t to, const Product& product, Acc* plane) const {
    const int64_t first = first_[axis], last = last_[axis], stride = window_.stride[axis];
    from *= window_.input[axis];
    to = to * window_.output[axis] + offset_[axis];
    if (axis + 1 < window_.axes) {
      for (int64_t i = first; i < last; ++i) add_along(axis + 1, from + i, to + i * stride, product, plane);
    } else if (stride == 1) {
      for (int64_t i = first; i < last; ++i) plane[to + i] += product(from + i);
    } else {
      for (int64_t i = first; i < last; ++i) plane[to + i * stride] += product(from + i);
    }
  }

  const Window& window_;
  const int64_t begin_, end_;
  Shape tap_, first_, last_, offset_;
};

// The filters of one image (one group of one member of the batch) are many rows of products, one per tap. A block is
// some whole images, or some whole filters of an image, or some taps of a filter.
struct ProductBlock {
  uint64_t image, images, filter, filters, tap, taps;
};

// Forms the products block by block and adds them to the output planes. Those of a single channel are formed where they
// land and take no memory.
template <class T, class Acc>
class ProductScatter {
 public:
  ProductScatter(const Window& window, uint64_t images, uint64_t groups, uint64_t channels, uint64_t filters)
      : window_(window), images_(images), groups_(groups), channels_(channels), filters_(filters) {}

  void run(KernelContext& context, const T* x, const T* w, const T* bias, T* y) {
    const uint64_t sums = kInPlace ? 0 : pixels_, products = channels_ == 1 ? 0 : plane_;
    const uint64_t limit = kProductBytes / sizeof(Acc);
    // Fewer taps than gemm's panel has rows are not worth its packing.
    const uint64_t taps = std::min(taps_, std::max(kPanelRows, limit / std::max<uint64_t>(products, 1)));
    const uint64_t fit = std::max<uint64_t>(1, limit / std::max<uint64_t>(taps * products + sums, 1));
    const uint64_t filters = std::min(filters_, fit), images = std::clamp<uint64_t>(fit / filters_, 1, images_);
    products_ = context.scratch<Acc>(images * filters * taps * products).data();
    sums_ = context.scratch<Acc>(images * filters * sums).data();
    ProductBlock b{};
    for (b.image = 0; b.image < images_; b.image += images) {
      b.images = std::min(images, images_ - b.image);
      for (b.filter = 0; b.filter < filters_; b.filter += filters) {
        b.filters = std::min(filters, filters_ - b.filter);
        for (b.tap = 0; b.tap < taps_; b.tap += taps) {
          b.taps = std::min(taps, taps_ - b.tap);
          if (channels_ > 1) multiply(context, b, x, w);
          add(context, b, x, w, bias, y);
        }
      }
    }
  }

 private:
  static constexpr bool kInPlace = std::is_same_v<T, Acc>;

  // The weights of an image's first channel; those of the next one are filters * taps further.
  const T* weights(const T* w, uint64_t image) const { return w + image % groups_ * channels_ * filters_ * taps_; }

  void multiply(KernelContext& context, const ProductBlock& b, const T* x, const T* w) const {
    const uint64_t rows = b.filters * b.taps;
    gemm<Acc>(
        context, b.images, rows, plane_, channels_,
        [&](uint64_t image, uint64_t i, uint64_t count, uint64_t p, uint64_t depth, Acc* panel) {
          const uint64_t width = filters_ * taps_;
          pack_panel<kPanelRows>(weights(w, b.image + image) + p * width + b.filter * taps_ + b.tap + i, 1, width,
                                 count, depth, panel);
        },
        [&](uint64_t image, uint64_t j, uint64_t count, uint64_t p, uint64_t depth, Acc* panel) {
          pack_panel<kPanelColumns>(x + ((b.image + image) * channels_ + p) * plane_ + j, 1, plane_, count, depth,
                                    panel);
        },
        [&](uint64_t image, uint64_t i, uint64_t j, uint64_t count, const Acc* sums) {
          std::copy_n(sums, count, products_ + (image * rows + i) * plane_ + j);
        });
  }

  // Adds the products of a block to its output planes, each in parts along the first axis.
  void add(KernelContext& context, const ProductBlock& b, const T* x, const T* w, const T* bias, T* y) const {
    const auto extent = static_cast<uint64_t>(window_.output[0]);
    const uint64_t row = pixels_ / extent;
    // No more parts than input pixels: each goes through all taps.
    const uint64_t rows = std::clamp<uint64_t>(kPartPixels / row, (extent - 1) / plane_ + 1, extent);
    const uint64_t parts = (extent - 1) / rows + 1;
    const uint64_t part_work = rows * row + b.taps * plane_ / parts;
    const uint64_t grain = std::max<uint64_t>(1, 20'000 / part_work);
    context.parallel_for(b.images * b.filters * parts, grain, [&](uint64_t begin, uint64_t end) {
      for (uint64_t item = begin; item < end; ++item) {
        const uint64_t member = item / parts, first = item % parts * rows, last = std::min(extent, first + rows);
        const uint64_t image = b.image + member / b.filters, filter = b.filter + member % b.filters;
        T* const out = y + (image * filters_ + filter) * pixels_;
        Acc* plane;
        if constexpr (kInPlace) {
          plane = out;
        } else {
          plane = sums_ + member * pixels_;
        }
        if (b.tap == 0) std::fill(plane + first * row, plane + last * row, Acc{});
        Landing landing(window_, b.tap, static_cast<int64_t>(first), static_cast<int64_t>(last));
        for (uint64_t t = 0; t < b.taps; ++t, landing.advance()) {
          if (channels_ > 1) {
            landing.add([from = products_ + (member * b.taps + t) * plane_](int64_t i) { return from[i]; }, plane);
          } else {
            const Acc weight = static_cast<Acc>(weights(w, image)[filter * taps_ + b.tap + t]);
            landing.add([from = x + image * plane_, weight](int64_t i) { return weight * static_cast<Acc>(from[i]); },
                        plane);
          }
        }
        if (b.tap + b.taps < taps_) continue;
        const Acc addend = bias != nullptr ? static_cast<Acc>(bias[image % groups_ * filters_ + filter]) : Acc{};
        std::transform(plane + first * row, plane + last * row, out + first * row,
                       [addend](Acc sum) { return static_cast<T>(sum + addend); });
      }
    });
  }

  const Window& window_;
  const uint64_t images_, groups_, channels_, filters_;  // channels and filters of a group
  const uint64_t taps_ = window_.taps(), plane_ = window_.input_size(), pixels_ = window_.output_size();
  Acc* products_ = nullptr;
  Acc* sums_ = nullptr;
};

template <class T, class Acc>
Status run(KernelContext& context, const Transposed& op) {
  const Tensor& x = context.input(0);
  const Tensor& w = context.input(1);
  const Shape kernel(std::span(w.shape().data() + 2, w.rank() - 2));
  MORTISE_ASSIGN(const Window window, sdk::resolve_transposed_window(op.window, x.shape(), kernel));
  if (!(window.kernel == kernel)) {
    return invalid_argument("attribute kernel_shape ", list_of(window.kernel), " contradicts weights ",
                            to_string(w.shape()));
  }
  const auto groups = static_cast<uint64_t>(op.groups);
  const uint64_t channels = static_cast<uint64_t>(x.dim(1)) / groups, filters = static_cast<uint64_t>(w.dim(1));
  Shape output = window.output;
  output.insert(0, w.dim(1) * op.groups);
  output.insert(0, x.dim(0));
  if (!checked_num_elements(output)) return invalid_argument("the output ", to_string(output), " is too large");
  if (context.has_input(2) && (context.input(2).dtype() != x.dtype() || context.input(2).num_elements() != output[1])) {
    return invalid_argument("a bias ", to_string(context.input(2).shape()), " does not fit ", output[1], " filters");
  }
  Tensor& y = context.output(0, x.dtype(), output);
  const T* bias = context.has_input(2) ? context.input(2).data<T>() : nullptr;
  const uint64_t images = static_cast<uint64_t>(x.dim(0)) * groups;
  if (y.num_elements() == 0) return {};
  if (x.num_elements() == 0) {
    T* out = y.data<T>();
    for (uint64_t plane = 0; plane < images * filters; ++plane) {
      out = std::fill_n(out, window.output_size(), bias != nullptr ? bias[plane % (groups * filters)] : T{});
    }
    return {};
  }
  ProductScatter<T, Acc>(window, images, groups, channels, filters)
      .run(context, x.data<T>(), w.data<T>(), bias, y.data<T>());
  return {};
}

}  // namespace

Result<Kernel> make_conv_transpose(const NodeSpec& node) {
  Transposed op{.groups = node.get_int("group", 1)};
  MORTISE_ASSIGN(op.window, sdk::read_window(node));
  return Kernel([op = std::move(op), f64 = node.accumulate_f64()](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    const Tensor& w = context.input(1);
    if (x.rank() < 3 || w.rank() != x.rank() || w.dtype() != x.dtype() || op.groups < 1 || x.dim(1) % op.groups != 0 ||
        x.dim(1) != w.dim(0) || w.dim(1) > (int64_t{1} << 40) / op.groups) {
      return invalid_argument("an input ", to_string(x.shape()), " and weights ", to_string(w.shape()),
                              " do not fit in ", op.groups, " groups");
    }
    return dispatch(Floats{}, x.dtype(), [&]<class T>() -> Status {
      return with_accumulator<T>(f64, [&]<class Acc>() -> Status { return run<T, Acc>(context, op); });
    });
  });
}

}  // namespace mortise::reference
