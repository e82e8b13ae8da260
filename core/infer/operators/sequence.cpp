// Inference of sequences and optionals.
#include <algorithm>

#include "core/infer/context.h"
#include "core/infer/operator_table.h"

namespace mortise::infer {

namespace {

// What all elements have in common; unknown if the input is no sequence.
Type element_of(const InferContext& context, uint32_t i) {
  return context.input(i).element ? *context.input(i).element : Type();
}

}  // namespace

Status infer_sequence_at(InferContext& context) {
  const Type element = element_of(context, 0);
  context.set_shape(0, element.dims);
  return {};
}

Status infer_sequence_construct(InferContext& context) {
  Type element = context.input(0);
  for (uint32_t i = 1; i < context.num_inputs(); ++i) element = common(element, context.input(i));
  if (element.kind != ValueKind::kNone) context.set_output(0, Type::sequence(std::move(element)));
  return {};
}

Status infer_sequence_empty(InferContext& context) {
  MORTISE_ASSIGN(const DType dtype, context.dtype_attribute("dtype", DType::kF32));
  context.set_output(0, Type::sequence(Type::tensor(dtype)));
  return {};
}

Status infer_sequence_erase(InferContext& context) {
  if (context.input(0).element) context.set_output(0, context.input(0));
  return {};
}

Status infer_sequence_insert(InferContext& context) {
  const Type element = element_of(context, 0);
  if (element.kind != ValueKind::kNone) context.set_output(0, Type::sequence(common(element, context.input(1))));
  return {};
}

Status infer_length(InferContext& context) {
  if (context.input(0).kind != ValueKind::kNone && context.input(0).kind != ValueKind::kSequence) {
    return context.error("input #0 is ", to_string(context.input(0)), "; it must be a sequence");
  }
  context.set_shape(0, Dims{});
  return {};
}

// Elements are joined along an axis that they have, or with new_axis along one that they get.
Status infer_concat_from_sequence(InferContext& context) {
  std::optional<Dims> output = element_of(context, 0).dims;
  if (output) {
    const bool more = context.node().get_int("new_axis", 0) != 0;
    MORTISE_ASSIGN(const size_t axis, context.axis(context.node().get_int("axis", 0), output->size() + (more ? 1 : 0)));
    if (more) output->insert(output->begin() + static_cast<std::ptrdiff_t>(axis), kUnknownDim);
    (*output)[axis] = kUnknownDim;
  }
  context.set_shape(0, std::move(output));
  return {};
}

// Parts of one length, of the lengths that a list gives, or without input 1 of one slice, whose axis may be dropped.
Status infer_split_to_sequence(InferContext& context) {
  std::optional<Dims> element = context.input(0).dims;
  if (element) {
    MORTISE_ASSIGN(const size_t axis, context.axis(context.node().get_int("axis", 0), element->size()));
    Dim& extent = (*element)[axis];
    const auto sizes = context.ints(1);
    if (context.has_input(1)) {
      const bool scalar = context.dims(1) != nullptr && context.dims(1)->empty();
      const bool divides =
          sizes && sizes->size() == 1 && sizes->front() > 0 && is_known(extent) && extent.value % sizes->front() == 0;
      const bool equal = sizes && !scalar && !sizes->empty() &&
                         std::all_of(sizes->begin(), sizes->end(), [&](int64_t s) { return s == sizes->front(); });
      extent = (scalar && divides) || equal ? to_extent(sizes->front()) : kUnknownDim;
    } else if (context.node().get_int("keepdims", 1) != 0) {
      extent = known_dim(1);
    } else {
      element->erase(element->begin() + static_cast<std::ptrdiff_t>(axis));
    }
  }
  context.set_output(0, Type::sequence(Type::tensor(context.dtype(0), std::move(element))));
  return {};
}

// Around the input, or empty with the type that an attribute gives.
Status infer_optional(InferContext& context) {
  if (context.has_input(0)) {
    if (context.input(0).kind != ValueKind::kNone) context.set_output(0, Type::optional(context.input(0)));
    return {};
  }
  const auto* type = context.node().get<Type>("type");
  if (type == nullptr) return context.error("it has neither an input nor the attribute 'type'");
  context.set_output(0, Type::optional(*type));
  return {};
}

Status infer_optional_has(InferContext& context) {
  context.set_shape(0, Dims{});
  const ValueKind kind = context.input(0).kind;
  const bool certain = kind == ValueKind::kTensor || kind == ValueKind::kSequence;
  if (certain || !context.has_input(0)) context.set_elements({integer_element(certain ? 1 : 0)});
  return {};
}

Status infer_optional_get(InferContext& context) {
  const Type& input = context.input(0);
  context.set_output(0, input.kind != ValueKind::kOptional ? input : element_of(context, 0));
  return {};
}

}  // namespace mortise::infer
