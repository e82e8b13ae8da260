// Max, Min, Sum, Mean of any number of inputs. NaN wins in Max and Min, as in numpy.
#include "providers/reference/accumulator.h"
#include "providers/reference/ops/extremes.h"
#include "providers/reference/ops/unary.h"
#include "providers/reference/ops/wording.h"

namespace mortise::reference {
namespace {

// What the inputs, all of one type, broadcast to.
Result<Shape> common_shape(const KernelContext& context) {
  if (context.num_inputs() == 0) return invalid_argument("there are no inputs");
  Shape shape = context.input(0).shape();
  for (uint64_t i = 1; i < context.num_inputs(); ++i) {
    MORTISE_TRY(check_same_type("input #0", context.input(0), concat("input #", i), context.input(i)));
    auto walk = make_walk({{"the inputs before it", shape}, {"its own shape", context.input(i).shape()}});
    if (!walk.ok()) return std::move(walk).status().context(concat("input #", i));
    shape = walk->shape;
  }
  return shape;
}

// Folds the inputs, of type T, from the left into `out`, which has an element for each of `shape`.
template <class T, class Acc, class Op>
Status fold(KernelContext& context, const Shape& shape, Acc* out, Op op) {
  for (uint64_t i = 0; i < context.num_inputs(); ++i) {
    const Tensor& x = context.input(i);
    MORTISE_ASSIGN(const Walk walk, make_walk({{"Y", shape}, {"X", x.shape()}}));
    const T* const in = x.data<T>();
    for_each_row(context, walk, [&](uint64_t first, const WalkCursor& cursor, uint64_t count) {
      const T* from = in + cursor.offset(1);
      const uint64_t step = walk.repeats[1] ? 0 : 1;
      Acc* to = out + first;
      if (i == 0) {
        for (uint64_t j = 0; j < count; ++j) to[j] = static_cast<Acc>(from[j * step]);
      } else {
        for (uint64_t j = 0; j < count; ++j) to[j] = static_cast<Acc>(op(to[j], static_cast<Acc>(from[j * step])));
      }
    });
  }
  return {};
}

// Max or Min, which need no rounding.
template <class Op>
Kernel choosing(Op op) {
  return [op](KernelContext& context) -> Status {
    MORTISE_ASSIGN(const Shape shape, common_shape(context));
    return dispatch(Numbers{}, context.input(0).dtype(), [&]<class T>() -> Status {
      return fold<T>(context, shape, context.output(0, dtype_of<T>, shape).template data<T>(), [op](T a, T b) {
        return static_cast<T>(op(static_cast<Compute<T>>(a), static_cast<Compute<T>>(b)));
      });
    });
  };
}

// Sum or Mean, rounded once where the type that carries the sums is wider than T.
template <class T, class Acc>
Status add_up(KernelContext& context, const Shape& shape, bool mean) {
  Tensor& y = context.output(0, dtype_of<T>, shape);
  std::span<Acc> sums;
  if constexpr (std::is_same_v<T, Acc>) {
    sums = y.elements<T>();
  } else {
    sums = context.scratch<Acc>(static_cast<uint64_t>(shape.num_elements()));
  }
  MORTISE_TRY(fold<T>(context, shape, sums.data(), [](Acc a, Acc b) { return a + b; }));
  if (std::is_same_v<T, Acc> && !mean) return {};
  const auto divisor = static_cast<Acc>(mean ? context.num_inputs() : 1);
  T* const out = y.data<T>();
  context.parallel_for(sums.size(), kElementGrain, [=](uint64_t begin, uint64_t end) {
    for (uint64_t i = begin; i < end; ++i) out[i] = static_cast<T>(sums[i] / divisor);
  });
  return {};
}

Kernel adding(const NodeSpec& node, bool mean) {
  return [mean, f64 = node.accumulate_f64()](KernelContext& context) -> Status {
    MORTISE_ASSIGN(const Shape shape, common_shape(context));
    return dispatch(Floats{}, context.input(0).dtype(), [&]<class T>() -> Status {
      return with_accumulator<T>(f64, [&]<class Acc>() -> Status { return add_up<T, Acc>(context, shape, mean); });
    });
  };
}

}  // namespace

Result<Kernel> make_max(const NodeSpec&) {
  return choosing([]<class T>(T a, T b) { return is_above(a, b) ? a : b; });
}
Result<Kernel> make_min(const NodeSpec&) {
  return choosing([]<class T>(T a, T b) { return is_below(a, b) ? a : b; });
}
Result<Kernel> make_sum(const NodeSpec& node) { return adding(node, false); }
Result<Kernel> make_mean(const NodeSpec& node) { return adding(node, true); }

}  // namespace mortise::reference
