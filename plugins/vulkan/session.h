// SPDX-License-Identifier: Apache-2.0
//
// VulkanSession: a compiled segment: its plan, its weights on the device, and the recordings that its runs go through.
// Any number of runs may be under way.
#pragma once

#include <deque>
#include <memory>

#include "mortise/sdk/async.h"
#include "recording.h"

namespace mortise::vulkan {

inline constexpr uint32_t kDeviceMemoryKind = 1;

class VulkanSession final : public sdk::Session, public sdk::AsyncSession {
 public:
  // Uploads the weights and makes the pipelines.
  static Result<std::unique_ptr<sdk::Session>> create(std::shared_ptr<Gpu> gpu, const sdk::Host& host, Plan plan);

  Status run(const sdk::RunArgs& args) override;
  Status submit(uint64_t run_id, const sdk::RunArgs& args) override;

 private:
  // A recording and the run that it is busy with.
  struct Slot {
    std::unique_ptr<Recording> recording;
    bool busy = false;
    const mortise_run_args_t* args = nullptr;
    std::vector<mortise_tensor_t> outputs;  // as the host allocated them
    sdk::Completion done;
    uint64_t start_ns = 0;
  };

  VulkanSession(std::shared_ptr<Gpu> gpu, const sdk::Host& host, Plan plan)
      : gpu_(std::move(gpu)), host_(host), plan_(std::move(plan)) {}
  Status upload();
  Status start(const sdk::RunArgs& args, sdk::Completion done);
  Result<Range> port(const mortise_tensor_t& given, TensorId tensor, const char* what) const;
  Result<std::vector<mortise_tensor_t>> outputs(const sdk::RunArgs& args) const;
  Result<Ports> ports(const sdk::RunArgs& args, const std::vector<mortise_tensor_t>& outputs) const;
  Result<Slot*> take(Ports ports);
  void give_back(Slot& slot);
  void finish(Slot& slot, const Status& status);
  void report(const Slot& slot) const;

  const std::shared_ptr<Gpu> gpu_;
  const sdk::Host& host_;
  Plan plan_;
  Memory::Block weights_;
  std::mutex mutex_;
  std::deque<Slot> slots_;
};

}  // namespace mortise::vulkan
