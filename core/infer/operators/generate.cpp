// Inference of operators that make data out of numbers: constants, ranges, random numbers.
#include <algorithm>
#include <cmath>

#include "core/infer/context.h"
#include "core/infer/operator_table.h"

namespace mortise::infer {

namespace {

// How many integers lie from start by delta before limit. Unsigned, where neither the distance nor the step overflows.
uint64_t count_integers(int64_t start, int64_t limit, int64_t delta) {
  const bool up = delta > 0;
  if (up ? limit <= start : limit >= start) return 0;
  const auto low = static_cast<uint64_t>(up ? start : limit);
  const auto high = static_cast<uint64_t>(up ? limit : start);
  const uint64_t stride = up ? static_cast<uint64_t>(delta) : 0 - static_cast<uint64_t>(delta);
  return (high - low - 1) / stride + 1;
}

}  // namespace

// One attribute says what it is.
Status infer_constant(InferContext& context) {
  const Node& node = context.node();
  const auto set_list = [&](DType dtype, size_t size) {
    context.set_tensor(0, dtype, Dims{known_dim(static_cast<int64_t>(size))});
  };
  if (const auto* tensor = node.get<Tensor>("value")) {
    context.set_output(0, Type::tensor(tensor->dtype(), tensor->shape()));
    if (auto elements = read_elements(*tensor)) context.set_elements(std::move(*elements));
  } else if (const auto* sparse = node.get<SparseTensor>("sparse_value")) {
    context.set_output(0, Type::tensor(sparse->values.dtype(), sparse->shape));
  } else if (const auto* real = node.get<float>("value_float")) {
    context.set_tensor(0, DType::kF32, Dims{});
    context.set_elements({real_element(*real)});
  } else if (const auto* number = node.get<int64_t>("value_int")) {
    context.set_tensor(0, DType::kI64, Dims{});
    context.set_elements({integer_element(*number)});
  } else if (node.get<std::string>("value_string") != nullptr) {
    context.set_tensor(0, DType::kString, Dims{});
  } else if (const auto* reals = node.get<std::vector<float>>("value_floats")) {
    set_list(DType::kF32, reals->size());
    Elements elements;
    for (const float value : *reals) elements.push_back(real_element(value));
    context.set_elements(std::move(elements));
  } else if (const auto* ints = node.get<std::vector<int64_t>>("value_ints")) {
    set_list(DType::kI64, ints->size());
    Elements elements;
    for (const int64_t value : *ints) elements.push_back(integer_element(value));
    context.set_elements(std::move(elements));
  } else if (const auto* strings = node.get<std::vector<std::string>>("value_strings")) {
    set_list(DType::kString, strings->size());
  } else {
    return context.error("it has no attribute that says which constant it is, such as 'value'");
  }
  return {};
}

Status infer_range(InferContext& context) {
  Dim count = kUnknownDim;
  const auto start = context.scalar(0);
  const auto limit = context.scalar(1);
  const auto delta = context.scalar(2);
  const auto bounds = [&](uint32_t i) {
    const auto list = context.reals(i);
    return list && list->size() == 1 ? std::optional(list->front()) : std::nullopt;
  };
  if (start && limit && delta) {
    if (*delta == 0) return context.error("'delta' is 0; a range needs another step");
    const uint64_t steps = count_integers(*start, *limit, *delta);
    count = known_dim(static_cast<int64_t>(std::min<uint64_t>(steps, std::numeric_limits<int64_t>::max())));
  } else if (bounds(0) && bounds(1) && bounds(2)) {
    if (*bounds(2) == 0) return context.error("'delta' is 0; a range needs another step");
    const double steps = std::ceil((*bounds(1) - *bounds(0)) / *bounds(2));
    count = steps < 0x1p53 ? known_dim(static_cast<int64_t>(std::max(steps, 0.0))) : kUnknownDim;
  } else {
    // From 0 in steps of 1 to the extent of something.
    const auto end = context.elements(1);
    const bool counts = start && delta && *start == 0 && *delta == 1 && end && end->size() == 1;
    if (counts) count = to_dim(end->front());
  }
  context.set_shape(0, Dims{count});
  if (start && delta && is_known(count) && count.value <= kMaxFollowedElements) {
    Elements elements;
    // Every element fits, but not every multiple of the step.
    const auto first = static_cast<uint64_t>(*start), step = static_cast<uint64_t>(*delta);
    for (uint64_t i = 0; i < static_cast<uint64_t>(count.value); ++i) {
      elements.push_back(integer_element(static_cast<int64_t>(first + i * step)));
    }
    context.set_elements(std::move(elements));
  }
  return {};
}

// Attribute 'dtype', by default that of the input.
Status infer_like(InferContext& context) {
  MORTISE_ASSIGN(const DType dtype, context.dtype_attribute("dtype", context.dtype(0)));
  context.set_tensor(0, dtype, context.input(0).dims);
  return {};
}

Status infer_eye_like(InferContext& context) {
  MORTISE_TRY(context.expect_rank(0, 2));
  return infer_like(context);
}

Status infer_random(InferContext& context) {
  Dims output;
  for (const int64_t extent : context.node().get_ints("shape")) {
    if (extent < 0) return context.error("attribute 'shape' has the extent ", extent, "; it must be at least 0");
    output.push_back(known_dim(extent));
  }
  MORTISE_ASSIGN(const DType dtype, context.dtype_attribute("dtype", DType::kF32));
  context.set_tensor(0, dtype, std::move(output));
  return {};
}

// Probabilities [batch, classes] to samples [batch, how many].
Status infer_multinomial(InferContext& context) {
  MORTISE_TRY(context.expect_rank(0, 2));
  MORTISE_ASSIGN(const DType dtype, context.dtype_attribute("dtype", DType::kI32));
  context.set_tensor(0, dtype, Dims{context.extent(0, 0), to_extent(context.node().get_int("sample_size", 1))});
  return {};
}

}  // namespace mortise::infer
