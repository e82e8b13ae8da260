// Inference of operators that gather, select, or make data: indices in, or values out of nothing.
#include <algorithm>

#include "core/infer/context.h"
#include "core/infer/operator_table.h"

namespace mortise::infer {

Status infer_gather(InferContext& context) {
  const Dims* data = context.dims(0);
  const Dims* indices = context.dims(1);
  if (data == nullptr || indices == nullptr) {
    context.set_output(0, context.dtype(0));
    return {};
  }
  MORTISE_TRY(context.expect_rank(0, 1));
  MORTISE_ASSIGN(const size_t axis, context.axis(context.node().get_int("axis", 0), data->size()));
  Dims output(data->begin(), data->begin() + static_cast<std::ptrdiff_t>(axis));
  output.insert(output.end(), indices->begin(), indices->end());
  output.insert(output.end(), data->begin() + static_cast<std::ptrdiff_t>(axis) + 1, data->end());
  context.set_output(0, context.dtype(0), std::move(output));
  const auto content = context.elements(0);
  const auto positions = content ? context.ints(1) : std::nullopt;
  if (!positions || data->size() != 1 || indices->size() > 1) return {};
  Elements picked;
  for (const int64_t position : *positions) {
    MORTISE_ASSIGN(const size_t at, context.axis(position, content->size()));
    picked.push_back((*content)[at]);
  }
  context.set_elements(std::move(picked));
  return {};
}

Status infer_gather_elements(InferContext& context) {
  context.set_output(0, context.dtype(0), context.input(1).dims);
  return {};
}

Status infer_gather_nd(InferContext& context) {
  const Dims* data = context.dims(0);
  const Dims* indices = context.dims(1);
  std::optional<Dims> output;
  if (data != nullptr && indices != nullptr && !indices->empty() && is_known(indices->back())) {
    const int64_t batch = context.node().get_int("batch_dims", 0);
    const int64_t depth = indices->back().value;
    if (batch < 0 || saturating_add(batch, depth) > static_cast<int64_t>(data->size())) {
      return context.error("its indices address ", depth, " axes after ", batch, " of ", to_string(context.input(0)));
    }
    output.emplace(indices->begin(), indices->end() - 1);
    output->insert(output->end(), data->begin() + static_cast<std::ptrdiff_t>(batch + depth), data->end());
  }
  context.set_output(0, context.dtype(0), std::move(output));
  return {};
}

Status infer_topk(InferContext& context) {
  std::optional<Dims> output = context.input(0).dims;
  if (output) {
    MORTISE_ASSIGN(const size_t axis, context.axis(context.node().get_int("axis", -1), output->size()));
    const auto* k = context.node().get<int64_t>("k");
    const auto count = k != nullptr ? std::optional(*k) : context.scalar(1);
    if (count && *count < 0) return context.error("k is ", *count);
    (*output)[axis] = count ? known_dim(*count) : kUnknownDim;
  }
  context.set_output(0, context.dtype(0), output);
  context.set_output(1, DType::kI64, std::move(output));
  return {};
}

Status infer_nonzero(InferContext& context) {
  const Dims* dims = context.dims(0);
  const Dim rank = dims != nullptr ? known_dim(static_cast<int64_t>(dims->size())) : kUnknownDim;
  context.set_output(0, DType::kI64, Dims{rank, kUnknownDim});
  return {};
}

Status infer_nms(InferContext& context) {
  context.set_output(0, DType::kI64, Dims{kUnknownDim, known_dim(3)});
  return {};
}

Status infer_compress(InferContext& context) {
  const auto* axis = context.node().get<int64_t>("axis");
  std::optional<Dims> output = axis == nullptr ? std::optional(Dims{kUnknownDim}) : context.input(0).dims;
  if (axis != nullptr && output) {
    MORTISE_ASSIGN(const size_t position, context.axis(*axis, output->size()));
    (*output)[position] = kUnknownDim;
  }
  context.set_output(0, context.dtype(0), std::move(output));
  return {};
}

Status infer_one_hot(InferContext& context) {
  std::optional<Dims> output = context.input(0).dims;
  if (output) {
    MORTISE_ASSIGN(const size_t axis, context.axis(context.node().get_int("axis", -1), output->size() + 1));
    const auto depth = context.scalar(1);
    output->insert(output->begin() + static_cast<std::ptrdiff_t>(axis),
                   depth && *depth >= 0 ? known_dim(*depth) : kUnknownDim);
  }
  context.set_output(0, context.dtype(2), std::move(output));
  return {};
}

Status infer_eye_like(InferContext& context) {
  context.set_output(0, context.dtype_attribute("dtype", context.dtype(0)), context.input(0).dims);
  return {};
}

Status infer_random_like(InferContext& context) { return infer_eye_like(context); }

Status infer_random(InferContext& context) {
  Dims output;
  for (const int64_t extent : context.node().get_ints("shape")) {
    if (extent < 0) return context.error("attribute 'shape' has the extent ", extent);
    output.push_back(known_dim(extent));
  }
  context.set_output(0, context.dtype_attribute("dtype", DType::kF32), std::move(output));
  return {};
}

Status infer_range(InferContext& context) {
  const auto start = context.scalar(0);
  const auto limit = context.scalar(1);
  const auto delta = context.scalar(2);
  Dim count = kUnknownDim;
  if (start && limit && delta) {
    if (*delta == 0) return context.error("the step is 0");
    // Unsigned, where neither the distance nor the step can overflow.
    const bool up = *delta > 0;
    const auto low = static_cast<uint64_t>(up ? *start : *limit);
    const auto high = static_cast<uint64_t>(up ? *limit : *start);
    const uint64_t stride = up ? static_cast<uint64_t>(*delta) : 0 - static_cast<uint64_t>(*delta);
    const bool empty = up ? *limit <= *start : *limit >= *start;
    const uint64_t steps = empty ? 0 : (high - low - 1) / stride + 1;
    count = known_dim(static_cast<int64_t>(std::min<uint64_t>(steps, std::numeric_limits<int64_t>::max())));
  }
  context.set_output(0, context.dtype(0), Dims{count});
  return {};
}

Status infer_constant(InferContext& context) {
  const Node& node = context.node();
  if (const auto* tensor = node.get<Tensor>("value")) {
    context.set_output(0, Type::tensor(tensor->dtype(), tensor->shape()));
  } else if (node.get<float>("value_float") != nullptr) {
    context.set_output(0, DType::kF32, Dims{});
  } else if (const auto* number = node.get<int64_t>("value_int")) {
    context.set_output(0, DType::kI64, Dims{});
    context.set_elements({known_element(*number)});
  } else if (const auto* floats = node.get<std::vector<float>>("value_floats")) {
    context.set_output(0, DType::kF32, Dims{known_dim(static_cast<int64_t>(floats->size()))});
  } else if (const auto* ints = node.get<std::vector<int64_t>>("value_ints")) {
    context.set_output(0, DType::kI64, Dims{known_dim(static_cast<int64_t>(ints->size()))});
    Elements elements;
    for (const int64_t value : *ints) elements.push_back(known_element(value));
    context.set_elements(std::move(elements));
  }
  return {};
}

// RNN, GRU, LSTM: x [sequence, batch, features], r [directions, gates, hidden]; batch first where layout is 1.
Status infer_recurrent(InferContext& context) {
  const Dims* x = context.dims(0);
  const Dims* r = context.dims(2);
  const bool batch_first = context.node().get_int("layout", 0) != 0;
  const int64_t size = context.node().get_int("hidden_size", -1);
  const bool both = context.node().get_string("direction", "forward") == "bidirectional";
  const Dim directions = known_dim(both ? 2 : 1);
  const Dim hidden = size > 0 ? known_dim(size) : r != nullptr && r->size() == 3 ? (*r)[2] : kUnknownDim;
  const bool ranked = x != nullptr && x->size() == 3;
  if (x != nullptr && !ranked)
    return context.error("the sequence is ", to_string(context.input(0)), "; its rank must be 3");
  const Dim sequence = ranked ? (*x)[batch_first ? 1 : 0] : kUnknownDim;
  const Dim batch = ranked ? (*x)[batch_first ? 0 : 1] : kUnknownDim;
  const DType dtype = context.dtype(0);
  context.set_output(
      0, dtype, batch_first ? Dims{batch, sequence, directions, hidden} : Dims{sequence, directions, batch, hidden});
  const Dims state = batch_first ? Dims{batch, directions, hidden} : Dims{directions, batch, hidden};
  context.set_output(1, dtype, state);
  context.set_output(2, dtype, state);
  return {};
}

}  // namespace mortise::infer
