#include "core/run/step_run.h"

#include "core/graph/check_value.h"
#include "core/host/boundary.h"

namespace mortise::run {
namespace {

// The thread that waits for an asynchronous run.
struct Waiter {
  Wait done;
  mortise_status status = MORTISE_OK;
  mortise_error_t error{};

  static void complete(void* context, mortise_status status, const mortise_error_t* error) {
    auto& self = *static_cast<Waiter*>(context);
    self.status = status;
    if (error != nullptr) self.error = *error;
    self.done.wake();
  }
};

}  // namespace

Status StepRun::call() {
  const Step& step = frame_.program().steps[step_];
  const mortise_run_context_t context = make_run_context(*this);
  const std::span<mortise_tensor_t> inputs = frame_.inputs(step_);
  const std::span<mortise_tensor_t> outputs = frame_.outputs(step_);
  const mortise_run_args_t args = {.inputs = inputs.data(),
                                   .outputs = outputs.data(),
                                   .num_inputs = inputs.size(),
                                   .num_outputs = outputs.size(),
                                   .context = &context};
  if (step.session->provider().async_run() == nullptr) return step.session->run(args, control_.waiting);

  Waiter waiter{.done = Wait(control_.waiting)};
  MORTISE_TRY(step.session->submit(args, {.done = Waiter::complete, .context = &waiter}, control_.waiting));
  waiter.done.wait();
  if (waiter.status == MORTISE_OK) return {};
  return status_of(waiter.status, &waiter.error).context(concat("provider '", step.session->provider().id(), "'"));
}

Status StepRun::allocate_output(uint64_t index, std::span<const int64_t> dims, mortise_tensor_t* tensor) {
  MORTISE_ASSIGN(*tensor, frame_.allocate_output(step_, index, dims));
  return {};
}

Status StepRun::set_output(uint64_t index, const Value& value) {
  const Step& step = frame_.program().steps[step_];
  if (index >= step.outputs.size()) {
    return invalid_argument("there is no output ", index, ": the segment has ", step.outputs.size());
  }
  const uint32_t slot = step.outputs[index];
  if (slot == kNoSlot) return {};
  const Status status = check_kind(frame_.program().graph->value(frame_.program().slots[slot].value).type, value);
  if (!status.ok()) return invalid_argument("set_output(): output ", index, " would be ", status.message());
  frame_.set(slot, value);
  return {};
}

}  // namespace mortise::run
