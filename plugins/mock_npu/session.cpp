// SPDX-License-Identifier: Apache-2.0
//
// See session.h.
#include "session.h"

#include <cstring>

#include "mortise/sdk/async.h"

namespace mortise::mock_npu {

Result<std::unique_ptr<sdk::Session>> NpuSession::create(std::shared_ptr<Device> device, const sdk::Host& host,
                                                         Program program) {
  MORTISE_TRY(device->alive());
  std::unique_ptr<NpuSession> session(new NpuSession(std::move(device), host));
  Memory& memory = session->device_->memory();
  Loaded& loaded = session->loaded_;
  MORTISE_ASSIGN(loaded.weights, memory.allocate(program.weights.size()));
  MORTISE_ASSIGN(loaded.arena, memory.allocate(program.arena_size));
  MORTISE_ASSIGN(const auto target, memory.resolve(loaded.weights, 0, program.weights.size()));
  std::copy(program.weights.begin(), program.weights.end(), target.begin());
  loaded.program = std::move(program);
  return std::unique_ptr<sdk::Session>(std::move(session));
}

// Address 0 is never allocated, so releasing what was not allocated does nothing.
NpuSession::~NpuSession() {
  device_->memory().release(loaded_.weights);
  device_->memory().release(loaded_.arena);
}

Status NpuSession::run(const sdk::RunArgs& args) {
  return sdk::begin_and_wait([&](sdk::Completion done) { return device_->submit(loaded_, args, std::move(done)); });
}

Status NpuSession::submit(uint64_t run_id, const sdk::RunArgs& args) {
  return sdk::begin_run(host_, run_id,
                        [&](sdk::Completion done) { return device_->submit(loaded_, args, std::move(done)); });
}

}  // namespace mortise::mock_npu
