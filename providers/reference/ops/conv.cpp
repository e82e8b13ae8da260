// Conv: convolution of images with any number of spatial axes, in groups, with an optional bias per filter.
#include "providers/reference/ops/conv.h"

namespace mortise::reference {

Result<ConvPlan> plan_conv(const WindowAttributes& attributes, int64_t groups, const Shape& input,
                           const Shape& weights) {
  if (input.rank() < 3 || weights.rank() != input.rank()) {
    return invalid_argument("an input ", to_string(input), " cannot be convolved with weights ", to_string(weights));
  }
  if (groups < 1 || weights[0] % groups != 0 || input[1] % groups != 0 || weights[1] != input[1] / groups) {
    return invalid_argument("the channels of input ", to_string(input), " and weights ", to_string(weights),
                            " do not make ", groups, " groups");
  }
  ConvPlan plan;
  const Shape kernel(std::span(weights.data() + 2, weights.rank() - 2));
  MORTISE_ASSIGN(plan.window, sdk::resolve_window(attributes, input, kernel));
  if (!(plan.window.kernel == kernel)) {
    return invalid_argument("attribute kernel_shape ", to_string(plan.window.kernel), " contradicts weights ",
                            to_string(weights));
  }
  plan.output = plan.window.output;
  plan.output.insert(0, weights[0]);
  plan.output.insert(0, input[0]);
  if (!checked_num_elements(plan.output))
    return invalid_argument("the output ", to_string(plan.output), " is too large");
  plan.batch = static_cast<uint64_t>(input[0]);
  plan.groups = static_cast<uint64_t>(groups);
  plan.group_channels = static_cast<uint64_t>(input[1] / groups);
  plan.group_filters = static_cast<uint64_t>(weights[0] / groups);
  return plan;
}

Result<Kernel> make_conv(const NodeSpec& node) {
  MORTISE_ASSIGN(const WindowAttributes attributes, sdk::read_window(node));
  const int64_t groups = node.get_int("group", 1);
  const bool f64 = node.accumulate_f64();
  return Kernel([=](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    const Tensor& w = context.input(1);
    MORTISE_ASSIGN(const ConvPlan plan, plan_conv(attributes, groups, x.shape(), w.shape()));
    const Tensor* bias = context.has_input(2) ? &context.input(2) : nullptr;
    if (w.dtype() != x.dtype() || (bias != nullptr && bias->dtype() != x.dtype())) {
      return invalid_argument("X is ", to_string(x.dtype()), ", W ", to_string(w.dtype()), " and B ",
                              bias == nullptr ? "left out" : to_string(bias->dtype()),
                              "; they must have one element type");
    }
    if (bias != nullptr && static_cast<uint64_t>(bias->num_elements()) != plan.filters()) {
      return invalid_argument("a bias ", to_string(bias->shape()), " does not fit ", plan.filters(), " filters");
    }
    Tensor& y = context.output(0, x.dtype(), plan.output);
    return dispatch(Floats{}, x.dtype(), [&]<class T>() -> Status {
      return with_accumulator<T>(f64, [&]<class Acc>() -> Status {
        const T* b = bias != nullptr ? bias->data<T>() : nullptr;
        convolve<Acc>(
            context, plan, x.data<T>(), w.data<T>(), y.data<T>(), [](T value) { return static_cast<Acc>(value); },
            [](T value, uint64_t) { return static_cast<Acc>(value); },
            [b](uint64_t filter, Acc sum) {
              return static_cast<T>(b != nullptr ? sum + static_cast<Acc>(b[filter]) : sum);
            });
        return {};
      });
    });
  });
}

}  // namespace mortise::reference
