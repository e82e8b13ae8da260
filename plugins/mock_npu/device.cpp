// SPDX-License-Identifier: Apache-2.0
//
// See device.h.
#include "device.h"

#include <algorithm>
#include <chrono>
#include <exception>

namespace mortise::mock_npu {
namespace {

uint64_t capacity_of(const Options& options) {
  const uint64_t capacity = options.ddr_mib << 20;
  return options.oom_at_bytes == 0 ? capacity : std::min(capacity, options.oom_at_bytes);
}

}  // namespace

Device::Device(const Options& options, Faults& faults, const sdk::Host& host)
    : options_(options), faults_(faults), host_(host), memory_(capacity_of(options)), thread_([this] { work(); }) {}

Device::~Device() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

Status Device::alive() const {
  if (!lost_) return {};
  return Status(StatusCode::kDeviceLost, "mock NPU: the device is lost; close the provider and open it again");
}

Status Device::submit(const Loaded& loaded, const sdk::RunArgs& args, std::function<void(const Status&)> done) {
  MORTISE_TRY(alive());
  {
    const std::lock_guard lock(mutex_);
    if (queue_.size() >= kQueueLength) {
      return make_error(StatusCode::kResourceExhausted, "mock NPU: ", kQueueLength,
                        " runs are queued; wait for one to end")
          .as_transient();
    }
    queue_.push_back({&loaded, args, std::move(done)});
  }
  changed_.notify_one();
  return {};
}

void Device::work() {
  for (std::unique_lock lock(mutex_);;) {
    changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (queue_.empty()) return;
    const Job job = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    Status status;
    try {
      status = run(job);
    } catch (const std::bad_alloc&) {
      status = Status(StatusCode::kResourceExhausted, "mock NPU: the host is out of memory");
    } catch (const std::exception& e) {
      status = make_error(StatusCode::kInternal, "mock NPU: ", e.what());
    }
    job.done(status);
    lock.lock();
  }
}

Status Device::run(const Job& job) {
  MORTISE_TRY(alive());
  Status fate = faults_.next_run();
  if (fate.code() == StatusCode::kDeviceLost) lost_ = true;
  MORTISE_TRY(std::move(fate));
  MORTISE_TRY(take_time(job.args, std::chrono::microseconds(options_.delay_us)));
  EngineResult result = execute_run(*job.loaded, memory_, job.args, host_, options_);
  if (options_.realtime && result.status.ok()) {
    return take_time(job.args, std::chrono::nanoseconds(static_cast<int64_t>(result.modelled_ns)));
  }
  return std::move(result.status);
}

// Lets time pass, looking for a cancellation every millisecond.
Status Device::take_time(const sdk::RunArgs& args, std::chrono::nanoseconds duration) {
  const auto end = std::chrono::steady_clock::now() + duration;
  for (auto now = std::chrono::steady_clock::now(); now < end; now = std::chrono::steady_clock::now()) {
    if (args.cancelled()) return Status(StatusCode::kCancelled, "mock NPU: the run was cancelled");
    std::this_thread::sleep_for(std::min<std::chrono::nanoseconds>(end - now, std::chrono::milliseconds(1)));
  }
  return {};
}

}  // namespace mortise::mock_npu
