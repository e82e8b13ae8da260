// Scatter, ScatterElements, ScatterND: a copy of data with some elements replaced, or combined with updates.
//
// Updates are applied in order on one thread, since indices may repeat.
#include <cstring>

#include "providers/reference/ops/doubles.h"
#include "providers/reference/ops/extremes.h"
#include "providers/reference/ops/indices.h"
#include "providers/reference/types.h"

namespace mortise::reference {
namespace {

enum class Combination { kNone, kAdd, kMul, kMin, kMax };

Result<Combination> reduction_of(const NodeSpec& node) {
  const std::string_view name = node.get_string("reduction", "none");
  if (name == "none") return Combination::kNone;
  if (name == "add") return Combination::kAdd;
  if (name == "mul") return Combination::kMul;
  if (name == "min") return Combination::kMin;
  if (name == "max") return Combination::kMax;
  return unimplemented("reduction '", name, "' is not known");
}

template <class T>
T combine(Combination reduction, T old, T update) {
  // Integers wrap around.
  using Wide = std::conditional_t<is_float<T>, Compute<T>, uint64_t>;
  switch (reduction) {
    case Combination::kAdd:
      return static_cast<T>(static_cast<Wide>(old) + static_cast<Wide>(update));
    case Combination::kMul:
      return static_cast<T>(static_cast<Wide>(old) * static_cast<Wide>(update));
    case Combination::kMin:
      return is_below(update, old) ? update : old;
    case Combination::kMax:
      return is_above(update, old) ? update : old;
    case Combination::kNone:
      break;
  }
  return update;
}

Tensor& copy_data(KernelContext& context) {
  const Tensor& x = context.input(0);
  Tensor& y = context.output(0, x.dtype(), x.shape());
  if (x.size_bytes() != 0) std::memcpy(y.raw(), x.raw(), x.size_bytes());
  return y;
}

// Calls write.operator()<T>(data, apply): updates of type T go into `data`, a copy of the input that becomes the output,
// where apply(old, update) is the new element.
template <class Write>
Status with_reduction(KernelContext& context, Combination reduction, bool f64, Write&& write) {
  const Tensor& x = context.input(0);
  if (reduction == Combination::kNone) {
    return dispatch_size(x.dtype(), [&]<class T>() -> Status {
      write.template operator()<T>(copy_data(context).template data<T>(), [](T, T u) { return u; });
      return {};
    });
  }
  return dispatch(Numbers{}, x.dtype(), [&]<class T>() -> Status {
    if constexpr (is_float<T>) {
      if (f64) {
        // Rounded once, after all updates.
        const std::span<double> data = read_doubles(context, x);
        write.template operator()<T>(
            data.data(), [reduction](double old, T u) { return combine(reduction, old, static_cast<double>(u)); });
        write_doubles(context, data, context.output(0, x.dtype(), x.shape()));
        return {};
      }
    }
    write.template operator()<T>(copy_data(context).template data<T>(),
                                 [reduction](T old, T u) { return combine(reduction, old, u); });
    return {};
  });
}

}  // namespace

Result<Kernel> make_scatter_elements(const NodeSpec& node) {
  MORTISE_ASSIGN(const Combination reduction, reduction_of(node));
  return Kernel(
      [reduction, axis = node.get_int("axis", 0), f64 = node.accumulate_f64()](KernelContext& context) -> Status {
        const Tensor& x = context.input(0);
        const Tensor& updates = context.input(2);
        const Shape& shape = context.input(1).shape();
        MORTISE_ASSIGN(const uint32_t a, normalise_axis(axis, x.rank()));
        MORTISE_ASSIGN(const auto indices, checked_indices(context, context.input(1), x.dim(a)));
        MORTISE_TRY(check_fits(shape, x.shape(), a));
        if (updates.shape() != shape || updates.dtype() != x.dtype()) {
          return invalid_argument("updates is ", form_of(updates), "; it must have the shape of indices, ",
                                  to_string(shape), ", and the type of data, ", to_string(x.dtype()));
        }
        return with_reduction(context, reduction, f64, [&]<class T>(auto* y, auto apply) {
          for_each_element(
              context, shape, x.shape(), a, indices,
              [&](int64_t i, int64_t at) { y[at] = apply(y[at], updates.data<T>()[i]); }, false);
        });
      });
}

Result<Kernel> make_scatter_nd(const NodeSpec& node) {
  MORTISE_ASSIGN(const Combination reduction, reduction_of(node));
  return Kernel([reduction, f64 = node.accumulate_f64()](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    const Tensor& indices = context.input(1);
    const Tensor& updates = context.input(2);
    MORTISE_ASSIGN(const Blocks blocks, blocks_of(context, x.shape(), indices, 0));
    Shape expected(std::span<const int64_t>(indices.shape()).first(indices.rank() - 1));
    for (auto i = static_cast<uint32_t>(indices.shape().back()); i < x.rank(); ++i) expected.push_back(x.dim(i));
    if (updates.shape() != expected || updates.dtype() != x.dtype()) {
      return invalid_argument("updates is ", form_of(updates), "; it must be ", to_string(x.dtype()),
                              to_string(expected), " for indices ", to_string(indices.shape()), " and data ",
                              to_string(x.shape()));
    }
    return with_reduction(context, reduction, f64, [&]<class T>(auto* y, auto apply) {
      for (uint64_t b = 0; b < blocks.offsets.size(); ++b) {
        const T* from = updates.data<T>() + static_cast<int64_t>(b) * blocks.length;
        auto* to = y + blocks.offsets[b];
        for (int64_t i = 0; i < blocks.length; ++i) to[i] = apply(to[i], from[i]);
      }
    });
  });
}

}  // namespace mortise::reference
