// Inference of reductions.
#include <algorithm>

#include "core/infer/context.h"
#include "core/infer/operator_table.h"

namespace mortise::infer {

namespace {

// A list that is reduced to one element.
void follow_reduction(InferContext& context) {
  const std::string_view op = context.op_type();
  const auto elements = context.elements(0);
  const std::string_view step = op == "ReduceProd"  ? "Mul"
                                : op == "ReduceSum" ? "Add"
                                : op == "ReduceMax" ? "Max"
                                : op == "ReduceMin" ? "Min"
                                                    : "";
  if (!elements || elements->empty() || step.empty()) return;
  Element result = elements->front();
  for (size_t i = 1; i < elements->size(); ++i) result = compute(step, result, (*elements)[i], context.dtype(0));
  context.set_elements({result});
}

}  // namespace

// The axes are an attribute before version 18 (ReduceSum: 13).
Status infer_reduce(InferContext& context) {
  const Dims* dims = context.dims(0);
  if (dims == nullptr) return {};
  const bool keep = context.node().get_int("keepdims", 1) != 0;
  const auto axes = context.ints("axes", 1);
  const bool all = axes ? axes->empty() : !context.has_input(1);
  if (!axes && !all) {
    if (keep) context.set_shape(0, Dims(dims->size(), kUnknownDim));
    return {};
  }
  MORTISE_ASSIGN(std::vector<bool> mask, context.axis_mask(axes.value_or(std::vector<int64_t>()), dims->size()));
  if (all) mask.assign(dims->size(), context.node().get_int("noop_with_empty_axes", 0) == 0);
  Dims output;
  for (size_t i = 0; i < dims->size(); ++i) {
    if (!mask[i]) output.push_back((*dims)[i]);
    if (mask[i] && keep) output.push_back(known_dim(1));
  }
  const bool is_list = dims->size() == 1 && mask[0];
  context.set_shape(0, std::move(output));
  if (is_list) follow_reduction(context);
  return {};
}

Status infer_arg_reduce(InferContext& context) {
  std::optional<Dims> output = context.input(0).dims;
  if (output) {
    MORTISE_ASSIGN(const size_t axis, context.axis(context.node().get_int("axis", 0), output->size()));
    (*output)[axis] = known_dim(1);
    if (context.node().get_int("keepdims", 1) == 0) output->erase(output->begin() + static_cast<std::ptrdiff_t>(axis));
  }
  context.set_shape(0, std::move(output));
  return {};
}

}  // namespace mortise::infer
