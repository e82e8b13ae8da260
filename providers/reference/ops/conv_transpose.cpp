// ConvTranspose: every output pixel gathers the input pixels whose windows cover it; gemm.h multiplies.
#include "providers/reference/gemm.h"
#include "providers/reference/ops/wording.h"
#include "providers/reference/window.h"

namespace mortise::reference {
namespace {

struct Transposed {
  WindowAttributes window;
  int64_t groups;
};

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
          unravel(j + column, window.output, at);
          for (uint64_t first = p; first < p + std::min(depth, taps); ++first) {
            unravel(first % taps, window.kernel, tap);
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
