#include "core/run/executor.h"

#include <algorithm>
#include <cstring>

#include "core/graph/check_value.h"
#include "core/run/control_flow.h"
#include "core/run/copy.h"
#include "core/run/step_run.h"

namespace mortise::run {
namespace {

// The values of a run. An optional input may be given the plain value, which then gets an optional around it. Where
// there is none, nothing is allocated.
class GivenValues {
 public:
  GivenValues(const Graph& graph, std::span<const Value* const> inputs) : all_(inputs) {
    for (size_t i = 0; i < graph.inputs.size(); ++i) {
      if (graph.value(graph.inputs[i]).type.kind != ValueKind::kOptional) continue;
      const Value& value = *inputs[i];
      if (value.kind == ValueKind::kOptional) continue;
      if (pointers_.empty()) {
        pointers_.assign(inputs.begin(), inputs.end());
        wrapped_.reserve(graph.inputs.size());
      }
      Value& wrapped = wrapped_.emplace_back(ValueKind::kOptional, std::vector<Value>());
      if (value.kind != ValueKind::kNone) wrapped.elements = std::vector<Value>{value};
      pointers_[i] = &wrapped;
      all_ = pointers_;
    }
  }
  std::span<const Value* const> all() const { return all_; }

 private:
  std::span<const Value* const> all_;
  std::vector<const Value*> pointers_;  // empty: nothing is wrapped
  std::vector<Value> wrapped_;
};

}  // namespace

Status RunControl::check() const {
  if (cancel != nullptr && cancel->load(std::memory_order_relaxed))
    return Status(StatusCode::kCancelled, "the run was cancelled");
  if (deadline != std::chrono::steady_clock::time_point::max() && std::chrono::steady_clock::now() >= deadline) {
    return Status(StatusCode::kDeadlineExceeded, "the run's deadline has passed");
  }
  return {};
}

Result<Executor::Context> Executor::take_context(std::span<const Value* const> inputs) {
  std::shared_ptr<const Layout> layout;
  {
    const std::lock_guard lock(mutex_);
    for (const std::unique_ptr<Pool>& pool : pools_) {
      if (!fits(*pool->layout, inputs)) continue;
      pool->last_use = ++clock_;
      if (!pool->contexts.empty()) {
        Context context = std::move(pool->contexts.back());
        pool->contexts.pop_back();
        return context;
      }
      layout = pool->layout;
    }
  }
  if (layout == nullptr) {
    MORTISE_ASSIGN(Layout made, make_layout(*program_, inputs));
    layout = std::make_shared<const Layout>(std::move(made));
    const std::lock_guard lock(mutex_);
    if (pools_.size() == kMaxLayouts) {
      pools_.erase(std::min_element(pools_.begin(), pools_.end(),
                                    [](const auto& a, const auto& b) { return a->last_use < b->last_use; }));
    }
    pools_.push_back(std::make_unique<Pool>());
    pools_.back()->layout = layout;
    pools_.back()->last_use = ++clock_;
    pools_.back()->contexts.reserve(16);
  }
  Context context;
  auto frame = Frame::create(program_, layout);
  if (!frame.ok()) {
    // Memory may be short because idle frames hold it.
    const std::lock_guard lock(mutex_);
    for (const std::unique_ptr<Pool>& pool : pools_) pool->contexts.clear();
    frame = Frame::create(program_, std::move(layout));
  }
  MORTISE_ASSIGN(context.frame, std::move(frame));
  if (program_->parallel) context.graph = std::make_unique<StepGraph>(*program_, host_);
  return context;
}

void Executor::give_back(Context context) {
  context.frame->reset();  // lets go of the run's inputs and outputs
  const std::lock_guard lock(mutex_);
  for (const std::unique_ptr<Pool>& pool : pools_) {
    if (pool->layout.get() != &context.frame->layout()) continue;
    pool->contexts.push_back(std::move(context));
    return;
  }
}

Status Executor::bind(Frame& frame, std::span<const Value* const> inputs, std::span<Value> outputs) const {
  const Graph& graph = *program_->graph;
  for (const uint32_t slot : program_->constants) frame.set(slot, *graph.default_value(program_->slots[slot].value));
  for (size_t i = 0; i < inputs.size(); ++i) {
    const uint32_t slot = program_->inputs[i];
    const Status status = check_kind(graph.value(program_->slots[slot].value).type, *inputs[i]);
    if (!status.ok()) {
      return invalid_argument("input '", graph.value(program_->slots[slot].value).name.view(), "' would be ",
                              status.message());
    }
    frame.set(slot, *inputs[i]);
  }
  for (size_t i = 0; i < outputs.size(); ++i) {
    const uint32_t slot = program_->outputs[i];
    const SlotLayout& place = frame.layout().slots[slot];
    if (program_->slots[slot].producer == kNoId || !place.shape || frame.value(slot).is_tensor()) continue;
    if (outputs[i].is_tensor() && outputs[i].tensor.dtype() == place.dtype &&
        outputs[i].tensor.shape() == *place.shape) {
      frame.bind_output(slot, outputs[i].tensor);
    } else {
      auto tensor = program_->memory->allocate(place.dtype, *place.shape);
      if (!tensor.ok())
        return std::move(tensor).status().context(concat("output '", graph.output_names[i].view(), "', ",
                                                         describe_value(graph, program_->slots[slot].value)));
      frame.bind_output(slot, *tensor);
    }
  }
  return {};
}

Status Executor::run_steps(Context& context, const RunControl& control) {
  // Inside a task of the arena the steps take their turns: that run has its other threads busy, or it is not worth
  // more.
  if (context.graph != nullptr && control.waiting == Waiting::kSleep) return run_parallel(context, control);
  for (uint32_t step = 0; step < program_->steps.size(); ++step) MORTISE_TRY(run_step(*context.frame, step, control));
  return {};
}

Status Executor::run_parallel(Context& context, const RunControl& control) {
  // The first failure is the run's; steps that have not begun by then are passed over.
  struct Outcome {
    std::mutex mutex;
    std::atomic<bool> failed{false};
    Status status;
    Failure failure;
  } outcome;
  const auto run_one = [&](uint32_t step) {
    if (outcome.failed.load(std::memory_order_relaxed)) return;
    Failure failure;
    RunControl own = control;
    own.failure = &failure;
    own.waiting = Waiting::kSuspend;
    Status status = run_step(*context.frame, step, own);
    if (status.ok()) return;
    const std::lock_guard lock(outcome.mutex);
    if (outcome.failed.exchange(true)) return;
    outcome.status = std::move(status);
    outcome.failure = std::move(failure);
  };
  context.graph->run([&run_one](uint32_t step) { run_one(step); });
  if (control.failure != nullptr) *control.failure = std::move(outcome.failure);
  return std::move(outcome.status);
}

Status Executor::run_step(Frame& frame, uint32_t index, const RunControl& control) {
  MORTISE_TRY(control.check());
  const Step& step = program_->steps[index];
  if (step.control_flow != nullptr) {
    MORTISE_TRY(frame.prepare(index));
    const StepSpan span(control.trace, *program_, index);
    return run_control_flow(frame, index, control);
  }
  const uint64_t refusals = program_->memory->refusals();
  Status status = call_provider(frame, index, control);
  if (status.ok()) return status;
  MORTISE_TRY(control.check());  // a cancelled provider has not failed
  // Nor has one that was refused memory: no other would be given more.
  if (status.code() == StatusCode::kResourceExhausted && program_->memory->refusals() != refusals) return status;
  if (control.failure != nullptr) {
    control.failure->provider = program_->providers[step.provider];
    control.failure->nodes = describe_nodes(*program_->graph, step.nodes);
  }
  return status;
}

Status Executor::call_provider(Frame& frame, uint32_t index, const RunControl& control) {
  // Nothing of a provider in quarantine is called, not even to copy its inputs.
  MORTISE_TRY(program_->providers[program_->steps[index].provider]->quarantine_reason());
  for (int attempt = 1;; ++attempt) {
    MORTISE_TRY(frame.prepare(index));
    Status status = StepRun(frame, index, control).call();
    if (status.ok()) return frame.finish(index);
    if (!status.transient() || attempt == kMaxAttempts) return status;
    host_.log().warning("{} (attempt {} of {})", status.message(), attempt, kMaxAttempts);
  }
}

Status Executor::collect(Frame& frame, std::span<Value> outputs) const {
  for (size_t i = 0; i < outputs.size(); ++i) {
    const uint32_t slot = program_->outputs[i];
    MORTISE_TRY(frame.fetch(slot));
    const Value& value = frame.value(slot);
    if (value.is_tensor() && outputs[i].is_tensor() && outputs[i].tensor.raw() == value.tensor.raw() &&
        value.tensor.raw() != nullptr)
      continue;
    if (value.is_tensor() && outputs[i].is_tensor() && outputs[i].tensor.dtype() == value.tensor.dtype() &&
        outputs[i].tensor.shape() == value.tensor.shape() && value.tensor.dtype() != DType::kString) {
      std::memcpy(outputs[i].tensor.raw(), value.tensor.raw(), value.tensor.size_bytes());
      continue;
    }
    if (program_->slots[slot].producer == kNoId && value.is_tensor()) {
      MORTISE_ASSIGN(outputs[i], copied(*program_->memory, value));
    } else {
      outputs[i] = value;
    }
  }
  return {};
}

Status Executor::run(std::span<const Value* const> inputs, std::span<Value> outputs, const RunControl& control) {
  if (inputs.size() != program_->inputs.size() || outputs.size() != program_->outputs.size()) {
    return invalid_argument("the program takes ", program_->inputs.size(), " inputs and gives ",
                            program_->outputs.size(), " outputs, not ", inputs.size(), " and ", outputs.size());
  }
  const GivenValues given(*program_->graph, inputs);
  MORTISE_ASSIGN(Context context, take_context(given.all()));
  context.frame->set_trace(control.trace);
  Status status = bind(*context.frame, given.all(), outputs);
  if (status.ok()) status = run_steps(context, control);
  if (status.ok()) status = collect(*context.frame, outputs);
  give_back(std::move(context));
  return status;
}

}  // namespace mortise::run
