// SPDX-License-Identifier: Apache-2.0
//
// NeonSession: a program ready to run, any number of runs at once.
//
// It keeps the plans of the last eight sets of input shapes, and the frames of runs that have ended: a run with shapes
// and in numbers that were there before allocates nothing. One lock, held while a plan is looked up and a frame is
// taken or put back.
#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <vector>

#include "mortise/sdk/provider.h"
#include "plan.h"

namespace mortise::neon {

class NeonSession final : public sdk::Session {
 public:
  NeonSession(const sdk::Host& host, Program program) : host_(host), program_(std::move(program)) {}

  // Makes the plan for these shapes now, so that the first run finds it.
  Status warm_up(std::vector<Shape> input_shapes);
  Status run(const sdk::RunArgs& args) override;

 private:
  // What a run needs for itself.
  struct Frame {
    Tensor arena;
    std::vector<std::byte*> bases;
    std::vector<std::byte*> operands;
    std::vector<Tensor> unread;  // per output: where it goes when nobody wants it
  };
  struct Lease;

  Result<std::shared_ptr<const Plan>> plan_for(const sdk::RunArgs& args, Lease& lease);
  Status fit(Frame& frame, const Plan& plan) const;
  Status bind(Frame& frame, const Plan& plan, const sdk::RunArgs& args) const;
  Status walk(const Frame& frame, const Plan& plan, const sdk::RunArgs& args) const;
  Status run_call(const Frame& frame, const Plan& plan, const PlannedCall& planned) const;
  void record(const sdk::RunArgs& args, const Step& step, uint64_t start_ns) const;

  const sdk::Host& host_;
  const Program program_;
  std::mutex mutex_;
  std::list<std::shared_ptr<const Plan>> plans_;  // the last used first
  std::vector<std::unique_ptr<Frame>> frames_;    // not in use
};

}  // namespace mortise::neon
