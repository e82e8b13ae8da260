// SPDX-License-Identifier: Apache-2.0
//
// NpuSession: a program resident on the device: its weights uploaded, its arena allocated.
#pragma once

#include <memory>

#include "device.h"

namespace mortise::mock_npu {

class NpuSession final : public sdk::Session, public sdk::AsyncSession {
 public:
  // Allocates on the device and uploads the weights.
  static Result<std::unique_ptr<sdk::Session>> create(std::shared_ptr<Device> device, const sdk::Host& host,
                                                      Program program);
  ~NpuSession() override;

  Status run(const sdk::RunArgs& args) override;
  Status submit(uint64_t run_id, const sdk::RunArgs& args) override;
  const Program& program() const { return loaded_.program; }

 private:
  NpuSession(std::shared_ptr<Device> device, const sdk::Host& host) : device_(std::move(device)), host_(host) {}

  std::shared_ptr<Device> device_;
  const sdk::Host& host_;
  Loaded loaded_;
};

}  // namespace mortise::mock_npu
