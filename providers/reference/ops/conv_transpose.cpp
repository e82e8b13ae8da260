// ConvTranspose: every output pixel gathers the input pixels whose windows cover it; gemm.h multiplies.
#include "providers/reference/gemm.h"
#include "providers/reference/window.h"

namespace mortise::reference {
namespace {

struct Transposed {
  WindowAttributes window;
  std::vector<int64_t> output_shape, output_padding;
  int64_t groups;
};

// The window with the padding and the output extents of the transposed convolution.
Result<Window> resolve(const Transposed& op, const Shape& input, const Shape& kernel) {
  MORTISE_ASSIGN(Window window, resolve_window_extents(op.window, input, kernel));
  constexpr int64_t kLargest = int64_t{1} << 40;
  std::vector<int64_t> shape = op.output_shape;
  if (shape.size() == uint64_t{window.axes} + 2) shape.erase(shape.begin(), shape.begin() + 2);
  if ((!shape.empty() && shape.size() != window.axes) ||
      (!op.output_padding.empty() && op.output_padding.size() != window.axes)) {
    return invalid_argument("attributes output_shape and output_padding need ", window.axes, " numbers");
  }
  for (uint32_t axis = 0; axis < window.axes; ++axis) {
    const int64_t more = op.output_padding.empty() ? 0 : op.output_padding[axis];
    if (more < 0 || more > kLargest || (!shape.empty() && (shape[axis] < 1 || shape[axis] > kLargest))) {
      return invalid_argument("attribute output_shape or output_padding has an impossible number");
    }
    const int64_t stride = window.stride[axis];
    const int64_t full =
        stride * (window.input[axis] - 1) + more + (window.kernel[axis] - 1) * window.dilation[axis] + 1;
    const bool same = op.window.auto_pad == AutoPad::kSameUpper || op.window.auto_pad == AutoPad::kSameLower;
    if (!shape.empty() || same) {
      window.output[axis] = shape.empty() ? window.input[axis] * stride : shape[axis];
      const int64_t padding = std::max<int64_t>(0, full - window.output[axis]);
      window.pad_begin[axis] = op.window.auto_pad == AutoPad::kSameUpper ? padding / 2 : padding - padding / 2;
      window.pad_end[axis] = padding - window.pad_begin[axis];
      continue;
    }
    if (op.window.auto_pad == AutoPad::kNotSet && !op.window.pads.empty()) {
      window.pad_begin[axis] = op.window.pads[axis];
      window.pad_end[axis] = op.window.pads[axis + window.axes];
    }
    window.output[axis] = full - window.pad_begin[axis] - window.pad_end[axis];
    if (window.output[axis] < 1) return invalid_argument("the padding leaves nothing of spatial axis ", axis);
  }
  return window;
}

// Offset in the input plane of the pixel that reaches output `at` through `tap`; negative if there is none.
int64_t source(const Window& window, const Shape& at, const Shape& tap) {
  int64_t offset = 0;
  for (uint32_t axis = 0; axis < window.axes; ++axis) {
    const int64_t reach = at[axis] + window.pad_begin[axis] - tap[axis] * window.dilation[axis];
    if (reach < 0 || reach % window.stride[axis] != 0 || reach / window.stride[axis] >= window.input[axis]) return -1;
    offset = offset * window.input[axis] + reach / window.stride[axis];
  }
  return offset;
}

template <class T, class Acc>
Status run(KernelContext& context, const Transposed& op) {
  const Tensor& x = context.input(0);
  const Tensor& w = context.input(1);
  const Shape kernel(std::span(w.shape().data() + 2, w.rank() - 2));
  MORTISE_ASSIGN(const Window window, resolve(op, x.shape(), kernel));
  if (!(window.kernel == kernel)) return invalid_argument("attribute kernel_shape contradicts the weights");
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
  const uint64_t taps = window.taps(), plane = window.input_size(), pixels = window.output_size();
  gemm<Acc>(
      context, static_cast<uint64_t>(x.dim(0)) * groups, filters, pixels, channels * taps,
      [&](uint64_t batch, uint64_t i, uint64_t count, uint64_t p, uint64_t depth, Acc* panel) {
        std::fill_n(panel, depth * kPanelRows, Acc{});
        for (uint64_t d = 0; d < depth; ++d) {
          const uint64_t channel = batch % groups * channels + (p + d) / taps;
          const T* weights = w.data<T>() + (channel * filters + i) * taps + (p + d) % taps;
          for (uint64_t r = 0; r < count; ++r) panel[d * kPanelRows + r] = static_cast<Acc>(weights[r * taps]);
        }
      },
      [&](uint64_t batch, uint64_t j, uint64_t count, uint64_t p, uint64_t depth, Acc* panel) {
        std::fill_n(panel, depth * kPanelColumns, Acc{});
        const T* image = x.data<T>() + batch * channels * plane;
        Shape at, tap;
        for (uint64_t column = 0; column < count; ++column) {
          Window::unravel(j + column, window.output, at);
          for (uint64_t first = p; first < p + std::min(depth, taps); ++first) {
            Window::unravel(first % taps, window.kernel, tap);
            const int64_t offset = source(window, at, tap);
            if (offset < 0) continue;
            const T* element = image + first / taps * plane + static_cast<uint64_t>(offset);
            for (uint64_t row = first; row < p + depth; row += taps, element += plane) {
              panel[(row - p) * kPanelColumns + column] = static_cast<Acc>(*element);
            }
          }
        }
      },
      [&](uint64_t batch, uint64_t i, uint64_t j, uint64_t count, const Acc* sums) {
        const Acc addend = bias != nullptr ? static_cast<Acc>(bias[batch % groups * filters + i]) : Acc{0};
        std::transform(sums, sums + count, y.data<T>() + (batch * filters + i) * pixels + j,
                       [addend](Acc sum) { return static_cast<T>(sum + addend); });
      });
  return {};
}

std::vector<int64_t> copy(std::span<const int64_t> list) { return {list.begin(), list.end()}; }

}  // namespace

Result<Kernel> make_conv_transpose(const NodeSpec& node) {
  Transposed op{.output_shape = copy(node.get_ints("output_shape")),
                .output_padding = copy(node.get_ints("output_padding")),
                .groups = node.get_int("group", 1)};
  MORTISE_ASSIGN(op.window, read_window(node));
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
