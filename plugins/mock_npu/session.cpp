// SPDX-License-Identifier: Apache-2.0
//
// See session.h.
#include "session.h"

#include <cstring>
#include <future>

#include "mortise/sdk/plugin.h"

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
  // Shared, because the device's thread may still be inside set_value() when the result arrives here.
  const auto end = std::make_shared<std::promise<Status>>();
  MORTISE_TRY(device_->submit(loaded_, args, [end](const Status& status) { end->set_value(status); }));
  return end->get_future().get();
}

Status NpuSession::submit(uint64_t run_id, const sdk::RunArgs& args) {
  if (host_.async_run() == nullptr) return unimplemented("mock NPU: the host takes no completions");
  return device_->submit(loaded_, args, [&host = host_, run_id](const Status& status) {
    mortise_error_t error{.node_id = MORTISE_NO_ID};
    const mortise_status number = sdk::report(status, &error);
    host.async_run()->completed(host.raw(), run_id, number, number == MORTISE_OK ? nullptr : &error);
  });
}

}  // namespace mortise::mock_npu
