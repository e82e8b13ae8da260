// StepRun: one call of a provider's session: the state that the host extensions see, and the call itself, asynchronous
// where the provider offers that.
#pragma once

#include "core/run/executor.h"

namespace mortise::run {

class StepRun final : public RunState {
 public:
  StepRun(Frame& frame, uint32_t step, const RunControl& control)
      : frame_(frame), step_(step), control_(control), span_(control.trace, frame.program(), step) {
    profile = span_.sink();
  }

  // Runs the step's session to its end, once.
  Status call();

  Status allocate_output(uint64_t index, std::span<const int64_t> dims, mortise_tensor_t* tensor) override;
  Status set_output(uint64_t index, const Value& value) override;
  bool cancelled() const override { return !control_.check().ok(); }
  Result<Tensor> allocate(DType dtype, const Shape& shape) override {
    return frame_.program().memory->allocate(dtype, shape);
  }
  MemoryBudget* budget() const override { return frame_.program().memory; }

 private:
  Frame& frame_;
  uint32_t step_;
  const RunControl& control_;
  StepSpan span_;
};

}  // namespace mortise::run
