// The half of InferContext that needs no engine, and broadcasting.
#include "core/infer/context.h"

#include <algorithm>

namespace mortise::infer {

namespace {

constexpr int64_t kMaxUnknownRank = 64;  // of a shape of which only the rank is known

}  // namespace

Status InferContext::check() {
  MORTISE_TRY(check_node(signature_, graph_, id_));
  for (uint32_t i = 0; i < num_inputs(); ++i) {
    if (has_input(i)) MORTISE_TRY(check_input(signature_, graph_, id_, i, input(i), types_));
  }
  return {};
}

std::optional<std::vector<int64_t>> InferContext::ints(uint32_t i) const {
  const auto content = elements(i);
  if (!content) return std::nullopt;
  std::vector<int64_t> numbers;
  for (const Element& element : *content) {
    if (!element.is_integer()) return std::nullopt;
    numbers.push_back(element.integer);
  }
  return numbers;
}

std::optional<std::vector<double>> InferContext::reals(uint32_t i) const {
  const auto content = elements(i);
  if (!content) return std::nullopt;
  std::vector<double> numbers;
  for (const Element& element : *content) {
    if (!element.is_real()) return std::nullopt;
    numbers.push_back(element.real);
  }
  return numbers;
}

std::optional<std::vector<int64_t>> InferContext::ints(std::string_view attribute, uint32_t i) const {
  if (const auto* list = node().get<std::vector<int64_t>>(attribute)) return *list;
  return ints(i);
}

std::optional<int64_t> InferContext::scalar(uint32_t i) const {
  const auto numbers = ints(i);
  return numbers && numbers->size() == 1 ? std::optional(numbers->front()) : std::nullopt;
}

std::optional<Dims> InferContext::shape(uint32_t i) const {
  if (const auto content = elements(i)) {
    Dims dims;
    for (const Element& element : *content) dims.push_back(to_dim(element));
    return dims;
  }
  const Dims* length = dims(i);
  if (length == nullptr || length->size() != 1 || !is_known(length->front()) ||
      length->front().value > kMaxUnknownRank) {
    return std::nullopt;
  }
  return Dims(static_cast<size_t>(length->front().value), kUnknownDim);
}

Result<DType> InferContext::dtype_attribute(std::string_view attribute, DType otherwise) const {
  const auto* number = node().get<int64_t>(attribute);
  if (number == nullptr) return otherwise;
  if (*number > 0 && *number < kNumDTypes) return static_cast<DType>(*number);
  return error("attribute '", attribute, "' is ", *number, ", which is the number of no element type");
}

void InferContext::set_shape(uint32_t i, std::optional<Dims> dims) {
  Type type = output_type(signature_, i, types_);
  type.dims = std::move(dims);
  set_output(i, type);
}

void InferContext::pass_elements(uint32_t from) {
  if (auto content = elements(from)) set_elements(std::move(*content));
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

Result<std::vector<bool>> InferContext::distinct_axes(std::string_view what, std::span<const int64_t> axes,
                                                      size_t rank) const {
  std::vector<bool> mask(rank, false);
  for (const int64_t number : axes) {
    MORTISE_ASSIGN(const size_t position, axis(number, rank));
    if (mask[position]) return error("'", what, "' names axis ", position, " twice; give each once");
    mask[position] = true;
  }
  return mask;
}

Status InferContext::expect_rank_at_least(uint32_t i, size_t rank) const {
  if (dims(i) == nullptr || dims(i)->size() >= rank) return {};
  return error("input #", i, " is ", to_string(input(i)), "; its rank must be at least ", rank);
}

Status InferContext::expect_rank(uint32_t i, size_t rank) const {
  if (dims(i) == nullptr || dims(i)->size() == rank) return {};
  return error("input #", i, " is ", to_string(input(i)), "; its rank must be ", rank);
}

Result<Dim> InferContext::same(const Dim& a, const Dim& b, std::string_view what) const {
  if (!differ(a, b)) return either(a, b);
  return error("its inputs have ", a.value, " and ", b.value, " ", what, ", which must be as many");
}

std::string InferContext::of_input(uint32_t i) const {
  return concat("input #", i, " '", parameter_of(signature_.inputs, i).name, "' is ", to_string(input(i)));
}

std::optional<Dims> broadcast(const Dims& a, const Dims& b) {
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
      return std::nullopt;
    } else if (!is_known(x)) {
      x = is_known(y) ? y : kUnknownDim;  // a number other than 1 wins over a name
    }
  }
  return result;
}

namespace {

// Of the input, which is incompatible with what those from `first` on have become together, and so with one of them.
Status cannot_broadcast(const InferContext& context, uint32_t first, uint32_t input) {
  for (uint32_t i = first; i < input; ++i) {
    if (!context.has_input(i) || broadcast(*context.dims(i), *context.dims(input))) continue;
    return context.error(context.of_input(i), " and ", context.of_input(input),
                         "; their shapes cannot be broadcast to one another");
  }
  return {};
}

}  // namespace

Result<std::optional<Dims>> broadcast_inputs(const InferContext& context, uint32_t first, uint32_t last) {
  std::optional<Dims> result = Dims();
  for (uint32_t i = first; i < last; ++i) {
    if (!context.has_input(i)) continue;
    const Dims* dims = context.dims(i);
    if (dims == nullptr) return std::optional<Dims>();
    result = broadcast(*result, *dims);
    if (!result) return cannot_broadcast(context, first, i);
  }
  return result;
}

}  // namespace mortise::infer
