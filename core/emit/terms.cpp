#include "core/emit/terms.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "mortise/sdk/float16.h"

namespace mortise::emit {

Term op(std::string_view op_type, std::initializer_list<Term> inputs, std::initializer_list<Setting> settings) {
  const auto given = std::find_if(inputs.begin(), inputs.end(), [](const Term& t) { return static_cast<bool>(t); });
  if (given == inputs.end()) return {};  // follows from a fault
  return given->emitter().add(op_type, {inputs.begin(), inputs.size()}, {settings.begin(), settings.size()}, 1)[0];
}

Term number(double value, Term like) {
  if (!like) return {};
  Emitter& emitter = like.emitter();
  switch (like.dtype()) {
    case DType::kF64:
      return emitter.constant(Tensor::of<double>({}, {value}));
    case DType::kF32:
      return emitter.constant(Tensor::of<float>({}, {static_cast<float>(value)}));
    case DType::kF16:
      return emitter.constant(Tensor::of<Half>({}, {Half(static_cast<float>(value))}));
    case DType::kBF16:
      return emitter.constant(Tensor::of<BFloat16>({}, {BFloat16(static_cast<float>(value))}));
    case DType::kI64:
      return emitter.constant(Tensor::of<int64_t>({}, {static_cast<int64_t>(value)}));
    case DType::kI32:
      return emitter.constant(Tensor::of<int32_t>({}, {static_cast<int32_t>(value)}));
    default:
      emitter.fail(invalid_argument("the element type of value '", emitter.graph().value(like.id()).name.view(), "' (",
                                    to_string(like.type()), ") is unknown or has no derivatives; declare its type"));
      return {};
  }
}

Term cast(Term t, DType dtype) {
  return t.dtype() == dtype ? t : op("Cast", {t}, {{"to", static_cast<int64_t>(dtype)}});
}

Term ints(Emitter& emitter, std::vector<int64_t> values) {
  return emitter.constant(Tensor::of<int64_t>({static_cast<int64_t>(values.size())}, std::span<const int64_t>(values)));
}

Term shape_of(Term t) {
  const auto shape = t.type().static_shape();
  return shape ? ints(t.emitter(), {shape->begin(), shape->end()}) : op("Shape", {t});
}

Term concat_ints(std::initializer_list<Term> vectors) { return op("Concat", vectors, {{"axis", 0}}); }

Term part_of(Term vector, int64_t begin, int64_t end) {
  if (!vector) return {};
  Emitter& emitter = vector.emitter();
  return op("Slice", {vector, ints(emitter, {begin}), ints(emitter, {end}), ints(emitter, {0})});
}

// An extent of 0 is itself, not a copy of the input's.
Term reshape(Term t, Term shape) { return op("Reshape", {t, shape}, {{"allowzero", 1}}); }

Term reshape_like(Term t, Term like) {
  if (!t || !like) return {};
  const auto shape = t.type().static_shape();
  return shape && shape == like.type().static_shape() ? t : reshape(t, shape_of(like));
}

Term flat(Term t) { return t ? op("Reshape", {t, ints(t.emitter(), {-1})}) : t; }
Term expand(Term t, Term shape) { return op("Expand", {t, shape}); }
Term filled(double value, Term like) { return like ? expand(number(value, like), shape_of(like)) : like; }
Term transpose(Term t, std::vector<int64_t> perm) { return op("Transpose", {t}, {{"perm", std::move(perm)}}); }
Term unsqueeze(Term t, Term axes) { return op("Unsqueeze", {t, axes}); }

Term sum_over(Term t, Term axes) { return op("ReduceSum", {t, axes}, {{"keepdims", 1}, {"noop_with_empty_axes", 1}}); }

Term mean_over(Term t, Term axes) {
  return op("ReduceMean", {t, axes}, {{"keepdims", 1}, {"noop_with_empty_axes", 1}});
}

namespace {

// The axes of `t` over which broadcasting repeated `like`; nothing if only the run knows.
std::optional<std::vector<int64_t>> repeated_axes(Term t, Term like) {
  const Dims* to = t.dims();
  const Dims* from = like.dims();
  if (to == nullptr || from == nullptr || to->size() < from->size()) return std::nullopt;
  const size_t lead = to->size() - from->size();
  std::vector<int64_t> axes = range(0, static_cast<int64_t>(lead));
  for (size_t i = 0; i < from->size(); ++i) {
    const Dim& extent = (*from)[i];
    const Dim& result = (*to)[lead + i];
    if (same_extent(extent, result) || result.value == 1) continue;
    if (extent.value != 1) return std::nullopt;
    axes.push_back(static_cast<int64_t>(lead + i));
  }
  return axes;
}

// The same, computed by nodes: where the shape of `like`, with ones before it, is not that of `t`.
Term compute_repeated_axes(Term t, Term like) {
  const Term to = op("Shape", {t});
  const Term from = op("Shape", {like});
  if (!to || !from) return {};
  const Term lead = op("Size", {to}) - op("Size", {from});
  const Term ones = expand(number(1, to), unsqueeze(lead, ints(to.emitter(), {0})));
  return flat(op("NonZero", {op("Not", {equal(concat_ints({ones, from}), to)})}));
}

}  // namespace

Term sum_to(Term t, Term like) {
  if (!t || !like) return {};
  if (const auto axes = repeated_axes(t, like)) {
    if (axes->empty()) return t;
    const Term sum = sum_over(t, ints(t.emitter(), *axes));
    return t.dims()->size() == like.dims()->size() ? sum : reshape(sum, shape_of(like));
  }
  return reshape(sum_over(t, compute_repeated_axes(t, like)), shape_of(like));
}

Result<int64_t> rank_of(Term t) {
  if (t.dims() != nullptr) return static_cast<int64_t>(t.dims()->size());
  if (!t) return 0;  // follows from a fault
  return invalid_argument("the rank of '", t.emitter().graph().value(t.id()).name.view(),
                          "' is unknown; declare its shape (value_info), symbolic extents suffice");
}

Result<std::vector<int64_t>> axes_from(int64_t axis, Term t) {
  MORTISE_ASSIGN(const int64_t rank, rank_of(t));
  if (axis < -rank || axis > rank) return invalid_argument("axis ", axis, " is none of ", rank);
  return range(axis < 0 ? axis + rank : axis, rank);
}

std::vector<int64_t> range(int64_t first, int64_t last) {
  std::vector<int64_t> numbers(static_cast<size_t>(std::max<int64_t>(last - first, 0)));
  std::iota(numbers.begin(), numbers.end(), first);
  return numbers;
}

}  // namespace mortise::emit
