// Max, Min, Sum, Mean of any number of inputs. NaN wins in Max and Min, as in numpy.
#include <cmath>

#include "providers/reference/ops/unary.h"
#include "providers/reference/ops/wrapping.h"

namespace mortise::reference {
namespace {

// Folds the inputs from the left. y is the accumulator.
template <class T, class Op>
Status fold(KernelContext& context, Op op) {
  Shape shape = context.input(0).shape();
  for (uint64_t i = 1; i < context.num_inputs(); ++i) {
    if (context.input(i).dtype() != context.input(0).dtype())
      return invalid_argument("the inputs differ in element type");
    MORTISE_ASSIGN(const Walk walk, make_walk({&shape, &context.input(i).shape()}));
    shape = walk.shape;
  }
  Tensor& y = context.output(0, dtype_of<T>, shape);
  T* const out = y.data<T>();
  for (uint64_t i = 0; i < context.num_inputs(); ++i) {
    const Tensor& x = context.input(i);
    MORTISE_ASSIGN(const Walk walk, make_walk({&shape, &x.shape()}));
    const T* const in = x.data<T>();
    for_each_row(context, walk, [&](uint64_t first, const WalkCursor& cursor, uint64_t count) {
      const T* from = in + cursor.offset(1);
      const uint64_t step = walk.repeats[1] ? 0 : 1;
      T* to = out + first;
      if (i == 0) {
        for (uint64_t j = 0; j < count; ++j) to[j] = from[j * step];
      } else {
        for (uint64_t j = 0; j < count; ++j) {
          to[j] = static_cast<T>(op(static_cast<Compute<T>>(to[j]), static_cast<Compute<T>>(from[j * step])));
        }
      }
    });
  }
  return {};
}

template <class List, class Op>
Kernel folding(Op op) {
  return [op](KernelContext& context) -> Status {
    if (context.num_inputs() == 0) return invalid_argument("there are no inputs");
    return dispatch(List{}, context.input(0).dtype(), [&]<class T>() -> Status { return fold<T>(context, op); });
  };
}

template <class T>
bool is_nan(T x) {
  if constexpr (std::is_floating_point_v<T>)
    return std::isnan(x);
  else
    return false;
}

}  // namespace

Result<Kernel> make_max(const NodeSpec&) {
  return folding<Numbers>([]<class T>(T a, T b) { return is_nan(a) || a > b ? a : b; });
}
Result<Kernel> make_min(const NodeSpec&) {
  return folding<Numbers>([]<class T>(T a, T b) { return is_nan(a) || a < b ? a : b; });
}
Result<Kernel> make_sum(const NodeSpec&) {
  return folding<Floats>([](auto a, auto b) { return a + b; });
}
Result<Kernel> make_mean(const NodeSpec&) {
  Kernel sum = folding<Floats>([](auto a, auto b) { return a + b; });
  return Kernel([sum = std::move(sum)](KernelContext& context) -> Status {
    MORTISE_TRY(sum(context));
    const auto count = context.num_inputs();
    return dispatch(Floats{}, context.input(0).dtype(), [&]<class T>() -> Status {
      Shape shape;
      for (uint64_t i = 0; i < count; ++i) {
        MORTISE_ASSIGN(const Walk walk, make_walk({&shape, &context.input(i).shape()}));
        shape = walk.shape;
      }
      Tensor& y = context.output(0, dtype_of<T>, shape);
      for (T& value : y.elements<T>())
        value = static_cast<T>(static_cast<Compute<T>>(value) / static_cast<Compute<T>>(count));
      return {};
    });
  });
}

}  // namespace mortise::reference
