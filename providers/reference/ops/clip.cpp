// Clip, with its bounds as attributes (before version 11) or as inputs.
#include <algorithm>
#include <limits>

#include "providers/reference/ops/unary.h"

namespace mortise::reference {
namespace {

template <class T>
Status clip(KernelContext& context, Compute<T> low, Compute<T> high) {
  return map_elements<T, T>(context, context.input(0), [=](Compute<T> x) { return std::min(std::max(x, low), high); });
}

// An input that is a scalar, or the bound that changes nothing.
template <class T>
Result<Compute<T>> bound(KernelContext& context, uint64_t i, T otherwise) {
  if (!context.has_input(i)) return static_cast<Compute<T>>(otherwise);
  const Tensor& given = context.input(i);
  if (given.dtype() != dtype_of<T> || given.num_elements() != 1) {
    return invalid_argument("a bound is ", to_string(given.dtype()), to_string(given.shape()),
                            "; it must be a scalar of type ", to_string(dtype_of<T>));
  }
  return static_cast<Compute<T>>(*given.data<T>());
}

template <class T>
T lowest() {
  if constexpr (is_float<T>)
    return static_cast<T>(-std::numeric_limits<float>::infinity());
  else
    return std::numeric_limits<T>::lowest();
}
template <class T>
T highest() {
  if constexpr (is_float<T>)
    return static_cast<T>(std::numeric_limits<float>::infinity());
  else
    return std::numeric_limits<T>::max();
}

}  // namespace

Result<Kernel> make_clip(const NodeSpec& node) {
  if (node.since_version() < 11) {
    const float low = node.get_float("min", std::numeric_limits<float>::lowest());
    const float high = node.get_float("max", std::numeric_limits<float>::max());
    return Kernel([=](KernelContext& context) -> Status {
      return dispatch(Floats{}, context.input(0).dtype(),
                      [&]<class T>() -> Status { return clip<T>(context, low, high); });
    });
  }
  return Kernel([](KernelContext& context) -> Status {
    return dispatch(Numbers{}, context.input(0).dtype(), [&]<class T>() -> Status {
      MORTISE_ASSIGN(const Compute<T> low, bound<T>(context, 1, lowest<T>()));
      MORTISE_ASSIGN(const Compute<T> high, bound<T>(context, 2, highest<T>()));
      return clip<T>(context, low, high);
    });
  });
}

}  // namespace mortise::reference
