// Inference of ai.onnx.preview.training: optimizers update tensors, gradients look like what they are of.
#include "core/infer/context.h"
#include "core/infer/operator_table.h"

namespace mortise::infer {

namespace {

// Inputs: rate, step, then `groups` groups of as many tensors each: values, gradients, and what is remembered of the
// past. Outputs: the values and the memory, updated.
Status infer_update(InferContext& context, uint32_t groups) {
  const uint32_t given = context.num_inputs() - 2;
  const uint32_t each = given / groups;
  if (given % groups != 0 || context.num_outputs() != (groups - 1) * each) {
    return context.error("it has ", given, " tensors and ", context.num_outputs(), " outputs; it takes ", groups,
                         " and gives ", groups - 1, " for each that it updates");
  }
  for (uint32_t i = 0; i < context.num_outputs(); ++i) {
    context.set_output(i, context.input(2 + (i < each ? i : i + each)));
  }
  return {};
}

}  // namespace

Status infer_adagrad(InferContext& context) { return infer_update(context, 3); }
Status infer_adam(InferContext& context) { return infer_update(context, 4); }
Status infer_momentum(InferContext& context) { return infer_update(context, 3); }

// One output per entry of 'xs', of which the first inputs are the values.
Status infer_gradient(InferContext& context) {
  const auto* names = context.node().get<std::vector<std::string>>("xs");
  const size_t count = names != nullptr ? names->size() : 0;
  if (count > context.num_inputs() || context.num_outputs() > count) {
    return context.error("attribute 'xs' has ", count, " entries for ", context.num_inputs(), " inputs and ",
                         context.num_outputs(), " outputs");
  }
  for (uint32_t i = 0; i < context.num_outputs(); ++i) context.set_output(i, context.input(i));
  return {};
}

}  // namespace mortise::infer
