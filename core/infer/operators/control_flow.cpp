// Inference of operators with bodies, and of sequences and optionals.
#include "core/infer/context.h"
#include "core/infer/operator_table.h"

namespace mortise::infer {

namespace {

// One more extent of unknown length in front or, where the rank is unknown, no shape.
Type stacked(const Type& element, const Dim& length) {
  std::optional<Dims> dims = element.dims;
  if (dims) dims->insert(dims->begin(), length);
  return Type::tensor(element.dtype, std::move(dims));
}

// A value that goes round a loop keeps its kind and element type, not its shape.
Type carried(const Type& type) {
  if (!type.is_tensor()) return {};
  return Type::tensor(type.dtype);
}

}  // namespace

Status infer_if(InferContext& context) {
  MORTISE_ASSIGN(const auto then_types, context.infer_body("then_branch", {}));
  MORTISE_ASSIGN(const auto else_types, context.infer_body("else_branch", {}));
  if (then_types.size() != context.num_outputs() || else_types.size() != context.num_outputs()) {
    return context.error("its branches give ", then_types.size(), " and ", else_types.size(), " values for ",
                         context.num_outputs(), " outputs");
  }
  for (uint32_t i = 0; i < context.num_outputs(); ++i) context.set_output(i, common(then_types[i], else_types[i]));
  return {};
}

// Inputs: trip count, condition, carried values. Body: iteration, condition, carried values -> condition, carried
// values, values to stack.
Status infer_loop(InferContext& context) {
  std::vector<Type> inputs{Type::tensor(DType::kI64, Dims{}), Type::tensor(DType::kBool, Dims{})};
  const uint32_t num_carried = context.num_inputs() - 2;
  for (uint32_t i = 0; i < num_carried; ++i) inputs.push_back(carried(context.input(i + 2)));
  MORTISE_ASSIGN(const auto outputs, context.infer_body("body", inputs));
  if (outputs.size() != context.num_outputs() + size_t{1}) {
    return context.error("its body gives ", outputs.size(), " values for ", context.num_outputs(), " outputs");
  }
  for (uint32_t i = 0; i < context.num_outputs(); ++i) {
    const Type& type = outputs[i + 1];
    // With no iteration a carried value is the initial one.
    context.set_output(i, i < num_carried ? common(context.input(i + 2), type) : stacked(type, kUnknownDim));
  }
  return {};
}

Status infer_sequence_at(InferContext& context) {
  if (context.input(0).element) context.set_output(0, *context.input(0).element);
  return {};
}

Status infer_sequence_construct(InferContext& context) {
  Type element = context.input(0);
  for (uint32_t i = 1; i < context.num_inputs(); ++i) element = common(element, context.input(i));
  if (element.kind != ValueKind::kNone) context.set_output(0, Type::sequence(std::move(element)));
  return {};
}

Status infer_sequence_empty(InferContext& context) {
  context.set_output(0, Type::sequence(Type::tensor(context.dtype_attribute("dtype", DType::kF32))));
  return {};
}

// Tensors of a sequence may differ in shape, so only the element type is kept.
Status infer_sequence_same(InferContext& context) {
  const Type& sequence = context.input(0);
  if (sequence.element) context.set_output(0, Type::sequence(carried(*sequence.element)));
  return {};
}

Status infer_length(InferContext& context) {
  context.set_output(0, DType::kI64, Dims{});
  return {};
}

Status infer_concat_from_sequence(InferContext& context) {
  if (context.input(0).element) context.set_output(0, context.input(0).element->dtype);
  return {};
}

Status infer_split_to_sequence(InferContext& context) {
  context.set_output(0, Type::sequence(Type::tensor(context.dtype(0))));
  return {};
}

Status infer_optional_has(InferContext& context) {
  context.set_output(0, DType::kBool, Dims{});
  return {};
}

Status infer_optional_get(InferContext& context) {
  const Type& input = context.input(0);
  if (input.kind != ValueKind::kOptional) {
    context.set_output(0, input);
  } else if (input.element) {
    context.set_output(0, *input.element);
  }
  return {};
}

}  // namespace mortise::infer
