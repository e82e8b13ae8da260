// Helpers of the inference functions that need no engine: arithmetic of extents, broadcasting, axes.
#include "core/infer/context.h"

#include <algorithm>

namespace mortise::infer {

int64_t saturating_add(int64_t a, int64_t b) {
  int64_t sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return a > 0 ? std::numeric_limits<int64_t>::max() : std::numeric_limits<int64_t>::min();
}

int64_t saturating_multiply(int64_t a, int64_t b) {
  int64_t product = 0;
  if (!__builtin_mul_overflow(a, b, &product)) return product;
  return (a > 0) == (b > 0) ? std::numeric_limits<int64_t>::max() : std::numeric_limits<int64_t>::min();
}

Dim multiply(const Dim& a, const Dim& b) {
  if (is_known(a) && is_known(b)) return known_dim(saturating_multiply(a.value, b.value));
  if (a.value == 0 || b.value == 0) return known_dim(0);
  if (a.value == 1) return b;
  return b.value == 1 ? a : kUnknownDim;
}

Dim product(std::span<const Dim> dims) {
  Dim result = known_dim(1);
  for (const Dim& dim : dims) result = multiply(result, dim);
  return result;
}

Dim add(const Dim& dim, int64_t amount) {
  if (amount == 0) return dim;
  return is_known(dim) ? known_dim(std::max<int64_t>(0, saturating_add(dim.value, amount))) : kUnknownDim;
}

Dim common(const Dim& a, const Dim& b) { return same_extent(a, b) ? a : kUnknownDim; }

Type common(const Type& a, const Type& b) {
  if (a.kind != b.kind || a.dtype != b.dtype) return {};
  Type result = a;
  if (a.dims && b.dims && a.dims->size() == b.dims->size()) {
    for (size_t i = 0; i < a.dims->size(); ++i) (*result.dims)[i] = common((*a.dims)[i], (*b.dims)[i]);
  } else {
    result.dims.reset();
  }
  if (a.element && b.element) result.element = std::make_shared<const Type>(common(*a.element, *b.element));
  return result;
}

std::optional<std::vector<int64_t>> InferContext::ints(uint32_t i) const {
  const auto content = elements(i);
  if (!content || !std::all_of(content->begin(), content->end(), [](const Element& e) { return e.known; })) {
    return std::nullopt;
  }
  std::vector<int64_t> numbers;
  for (const Element& element : *content) numbers.push_back(element.value);
  return numbers;
}

std::optional<int64_t> InferContext::scalar(uint32_t i) const {
  const auto numbers = ints(i);
  return numbers && numbers->size() == 1 ? std::optional(numbers->front()) : std::nullopt;
}

std::optional<std::vector<int64_t>> InferContext::ints(std::string_view attribute, uint32_t i) const {
  if (const auto* list = node().get<std::vector<int64_t>>(attribute)) return *list;
  return has_input(i) ? ints(i) : std::nullopt;
}

DType InferContext::dtype_attribute(std::string_view attribute, DType otherwise) const {
  const auto* number = node().get<int64_t>(attribute);
  if (number == nullptr) return otherwise;
  return *number > 0 && *number < kNumDTypes ? static_cast<DType>(*number) : DType::kUndefined;
}

Result<size_t> InferContext::axis(int64_t axis, size_t rank) const {
  const auto signed_rank = static_cast<int64_t>(rank);
  if (axis < -signed_rank || axis >= signed_rank) {
    return error("axis ", axis, " is out of range for a tensor of rank ", rank);
  }
  return static_cast<size_t>(axis < 0 ? axis + signed_rank : axis);
}

Result<std::vector<bool>> InferContext::axis_mask(std::span<const int64_t> axes, size_t rank) const {
  std::vector<bool> mask(rank, false);
  for (const int64_t number : axes) {
    MORTISE_ASSIGN(const size_t position, axis(number, rank));
    mask[position] = true;
  }
  return mask;
}

Status InferContext::expect_rank(uint32_t i, size_t at_least) const {
  const Dims* d = dims(i);
  if (d == nullptr || d->size() >= at_least) return {};
  return error("input #", i, " is ", to_string(input(i)), "; it needs a rank of at least ", at_least);
}

Result<Dims> broadcast(const InferContext& context, const Dims& a, const Dims& b) {
  const Dims& longer = a.size() >= b.size() ? a : b;
  const Dims& shorter = a.size() >= b.size() ? b : a;
  Dims result = longer;
  for (size_t i = 0; i < shorter.size(); ++i) {
    const Dim& y = shorter[shorter.size() - 1 - i];
    Dim& x = result[result.size() - 1 - i];
    if (y.value == 1 || same_extent(x, y)) continue;
    if (x.value == 1) {
      x = y;
    } else if (is_known(x) && is_known(y)) {
      return context.error("shapes ", to_string(Type::tensor(DType::kUndefined, a)), " and ",
                           to_string(Type::tensor(DType::kUndefined, b)), " cannot be broadcast to one another");
    } else if (!is_known(x)) {
      x = is_known(y) ? y : kUnknownDim;  // a number other than 1 wins over a name
    }
  }
  return result;
}

Result<std::optional<Dims>> broadcast_inputs(const InferContext& context, uint32_t first, uint32_t last) {
  std::optional<Dims> result = Dims();
  for (uint32_t i = first; i < last; ++i) {
    if (!context.has_input(i)) continue;
    const Dims* dims = context.dims(i);
    if (dims == nullptr) return std::optional<Dims>();
    MORTISE_ASSIGN(result, broadcast(context, *result, *dims));
  }
  return result;
}

}  // namespace mortise::infer
