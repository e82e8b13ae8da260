// Inference of operators that pick elements by index or by value.
#include <algorithm>

#include "core/infer/context.h"
#include "core/infer/operator_table.h"

namespace mortise::infer {

namespace {

// Elements of a list, at known places.
Status follow_gather(InferContext& context) {
  const auto content = context.elements(0);
  const auto positions = content ? context.ints(1) : std::nullopt;
  if (!positions) return {};
  Elements picked;
  for (const int64_t position : *positions) {
    MORTISE_ASSIGN(const size_t at, context.axis(position, content->size()));
    picked.push_back((*content)[at]);
  }
  context.set_elements(std::move(picked));
  return {};
}

// The shape of the data, with one axis of a length that only the run knows, or all axes flattened to such a one.
Status infer_selection(InferContext& context) {
  const auto* number = context.node().get<int64_t>("axis");
  std::optional<Dims> output = number != nullptr ? context.input(0).dims : std::optional(Dims{kUnknownDim});
  if (number != nullptr && output) {
    MORTISE_ASSIGN(const size_t axis, context.axis(*number, output->size()));
    (*output)[axis] = kUnknownDim;
  }
  context.set_shape(0, std::move(output));
  return {};
}

}  // namespace

Status infer_gather(InferContext& context) {
  MORTISE_TRY(context.expect_rank_at_least(0, 1));
  const Dims* data = context.dims(0);
  const Dims* indices = context.dims(1);
  if (data == nullptr || indices == nullptr) return {};
  MORTISE_ASSIGN(const size_t axis, context.axis(context.node().get_int("axis", 0), data->size()));
  Dims output(data->begin(), data->begin() + static_cast<std::ptrdiff_t>(axis));
  output.insert(output.end(), indices->begin(), indices->end());
  output.insert(output.end(), data->begin() + static_cast<std::ptrdiff_t>(axis) + 1, data->end());
  const bool is_list = data->size() == 1 && indices->size() <= 1;
  context.set_shape(0, std::move(output));
  return is_list ? follow_gather(context) : Status();
}

Status infer_gather_elements(InferContext& context) {
  MORTISE_TRY(context.expect_rank_at_least(0, 1));
  if (const Dims* data = context.dims(0)) {
    MORTISE_ASSIGN(const size_t axis, context.axis(context.node().get_int("axis", 0), data->size()));
    static_cast<void>(axis);
    MORTISE_TRY(context.expect_rank(1, data->size()));
  }
  context.set_shape(0, context.input(1).dims);
  return {};
}

Status infer_gather_nd(InferContext& context) {
  MORTISE_TRY(context.expect_rank_at_least(0, 1));
  MORTISE_TRY(context.expect_rank_at_least(1, 1));
  const Dims* data = context.dims(0);
  const Dims* indices = context.dims(1);
  if (data == nullptr || indices == nullptr || !is_known(indices->back())) return {};
  const int64_t batch = context.node().get_int("batch_dims", 0);
  const int64_t depth = indices->back().value;
  if (batch < 0 || saturating_add(batch, depth) > static_cast<int64_t>(data->size())) {
    return context.error("its indices address ", depth, " axes after ", batch, " of ", to_string(context.input(0)));
  }
  Dims output(indices->begin(), indices->end() - 1);
  output.insert(output.end(), data->begin() + static_cast<std::ptrdiff_t>(batch + depth), data->end());
  context.set_shape(0, std::move(output));
  return {};
}

// Data, indices, updates: the indices have the data's rank.
Status infer_scatter_elements(InferContext& context) {
  MORTISE_TRY(context.expect_rank_at_least(0, 1));
  if (const Dims* data = context.dims(0)) {
    MORTISE_ASSIGN(const size_t axis, context.axis(context.node().get_int("axis", 0), data->size()));
    static_cast<void>(axis);
    MORTISE_TRY(context.expect_rank(1, data->size()));
    MORTISE_TRY(context.expect_rank(2, data->size()));
  }
  context.set_shape(0, context.input(0).dims);
  return {};
}

// k is an attribute in version 1.
Status infer_topk(InferContext& context) {
  std::optional<Dims> output = context.input(0).dims;
  if (!output) return {};
  MORTISE_ASSIGN(const size_t axis, context.axis(context.node().get_int("axis", -1), output->size()));
  const auto* k = context.node().get<int64_t>("k");
  const auto count = k != nullptr ? std::optional(*k) : context.scalar(1);
  Dim& extent = (*output)[axis];
  if (count && (*count < 0 || (is_known(extent) && *count > extent.value))) {
    return context.error("k is ", *count, ", but axis ", axis, " of ", to_string(context.input(0)), " has ",
                         extent.value, " elements");
  }
  extent = count ? known_dim(*count) : kUnknownDim;
  context.set_shape(0, output);
  context.set_shape(1, std::move(output));
  return {};
}

Status infer_nonzero(InferContext& context) {
  const Dims* dims = context.dims(0);
  context.set_shape(0,
                    Dims{dims != nullptr ? known_dim(static_cast<int64_t>(dims->size())) : kUnknownDim, kUnknownDim});
  return {};
}

Status infer_compress(InferContext& context) { return infer_selection(context); }

Status infer_unique(InferContext& context) {
  MORTISE_TRY(infer_selection(context));
  for (uint32_t i = 1; i < context.num_outputs(); ++i) context.set_shape(i, Dims{kUnknownDim});
  return {};
}

Status infer_one_hot(InferContext& context) {
  std::optional<Dims> output = context.input(0).dims;
  if (!output) return {};
  MORTISE_ASSIGN(const size_t axis, context.axis(context.node().get_int("axis", -1), output->size() + 1));
  const auto depth = context.elements(1);
  const Dim more = depth && depth->size() == 1 ? to_dim(convert(depth->front(), DType::kI64)) : kUnknownDim;
  output->insert(output->begin() + static_cast<std::ptrdiff_t>(axis), more);
  context.set_shape(0, std::move(output));
  return {};
}

}  // namespace mortise::infer
