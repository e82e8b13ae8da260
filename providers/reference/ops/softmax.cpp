// Softmax, LogSoftmax: along one axis since version 13; before, over all axes from `axis` on taken together.
#include <cmath>

#include "providers/reference/accumulator.h"
#include "providers/reference/kernel.h"

namespace mortise::reference {
namespace {

// One line of `count` elements, `stride` apart.
template <class T, class Acc>
void softmax_line(const T* x, T* y, uint64_t count, uint64_t stride, bool logarithm) {
  Acc largest = static_cast<Acc>(x[0]);
  for (uint64_t i = 1; i < count; ++i) largest = std::max(largest, static_cast<Acc>(x[i * stride]));
  Acc sum = 0;
  for (uint64_t i = 0; i < count; ++i) sum += std::exp(static_cast<Acc>(x[i * stride]) - largest);
  if (logarithm) {
    const Acc log_sum = std::log(sum);
    for (uint64_t i = 0; i < count; ++i) {
      y[i * stride] = static_cast<T>(static_cast<Acc>(x[i * stride]) - largest - log_sum);
    }
  } else {
    for (uint64_t i = 0; i < count; ++i) {
      y[i * stride] = static_cast<T>(std::exp(static_cast<Acc>(x[i * stride]) - largest) / sum);
    }
  }
}

Result<Kernel> make_softmax_kernel(const NodeSpec& node, bool logarithm) {
  const bool one_axis = node.since_version() >= 13, first_version = node.since_version() == 1;
  const int64_t axis_attribute = node.get_int("axis", one_axis ? -1 : 1);
  const bool f64 = node.accumulate_f64();
  return Kernel([=](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    const int64_t rank = x.rank();
    const int64_t axis = axis_attribute < 0 ? axis_attribute + rank : axis_attribute;
    // Version 1 names no range; behind the last axis, as its default is for a list, every line is one element. A scalar is
    // one line in any case.
    if (rank != 0 && (axis < 0 || axis > rank || (!first_version && axis == rank))) {
      return invalid_argument("axis ", axis_attribute, " is out of range for rank ", rank);
    }
    const auto first = static_cast<uint32_t>(std::min(std::max<int64_t>(axis, 0), rank));
    const uint32_t last = one_axis ? std::min(first + 1, x.rank()) : x.rank();
    const auto outer = static_cast<uint64_t>(x.shape().product(0, first));
    const auto count = static_cast<uint64_t>(x.shape().product(first, last));
    const auto inner = static_cast<uint64_t>(x.shape().product(last, x.rank()));
    Tensor& y = context.output(0, x.dtype(), x.shape());
    if (count == 0) return {};
    return dispatch(Floats{}, x.dtype(), [&]<class T>() -> Status {
      return with_accumulator<T>(f64, [&]<class Acc>() -> Status {
        context.parallel_for(outer * inner, 4'000 / count + 1, [&](uint64_t begin, uint64_t end) {
          for (uint64_t line = begin; line < end; ++line) {
            const uint64_t offset = line / inner * count * inner + line % inner;
            softmax_line<T, Acc>(x.data<T>() + offset, y.data<T>() + offset, count, inner, logarithm);
          }
        });
        return {};
      });
    });
  });
}

}  // namespace

Result<Kernel> make_softmax(const NodeSpec& node) { return make_softmax_kernel(node, false); }
Result<Kernel> make_log_softmax(const NodeSpec& node) { return make_softmax_kernel(node, true); }

}  // namespace mortise::reference
