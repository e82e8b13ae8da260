// SPDX-License-Identifier: Apache-2.0
//
// See session.h.
#include "session.h"

#include <algorithm>
#include <cstring>

namespace mortise::vulkan {
namespace {

// Recordings that a session keeps for memory it has seen before, beyond those that are busy.
constexpr size_t kKeptRecordings = 8;

}  // namespace

Result<std::unique_ptr<sdk::Session>> VulkanSession::create(std::shared_ptr<Gpu> gpu, const sdk::Host& host,
                                                            Plan plan) {
  MORTISE_TRY(gpu->device->alive());
  std::unique_ptr<VulkanSession> session(new VulkanSession(std::move(gpu), host, std::move(plan)));
  MORTISE_TRY(session->upload());
  for (const Step& step : session->plan_.program.steps) {
    const auto bindings = static_cast<uint32_t>(step.outputs.size() + step.inputs.size());
    auto pipeline = session->gpu_->pipelines.get(step.shader, step.spec, bindings);
    if (!pipeline.ok()) return std::move(pipeline).status().context(step.name);
  }
  return std::unique_ptr<sdk::Session>(std::move(session));
}

Status VulkanSession::upload() {
  MORTISE_ASSIGN(weights_, gpu_->memory.allocate(Memory::Pool::kDevice, plan_.weights_bytes));
  std::vector<std::byte> bytes;
  for (TensorId id = 0; id < plan_.program.tensors.size(); ++id) {
    Tensor& tensor = plan_.program.tensors[id];
    if (!tensor.is_constant()) continue;
    if (plan_.places[id].space == Space::kWeights) {
      const Range target = weights_.part(plan_.places[id].offset, tensor.bytes);
      if (target.mapped != nullptr) {
        tensor.fill(target.mapped);
      } else {
        bytes.resize(tensor.bytes);
        tensor.fill(bytes.data());
        MORTISE_TRY(gpu_->transfer.to_device(target, bytes.data()));
      }
    }
    tensor.fill = nullptr;
  }
  return {};
}

// Where a tensor of the run lies; a range without buffer where that is host memory.
Result<Range> VulkanSession::port(const mortise_tensor_t& given, TensorId id, const char* what) const {
  const Tensor& tensor = plan_.program.tensors[id];
  const std::span<const int64_t> dims(given.dims, given.dims == nullptr ? 0 : given.rank);
  if (given.dtype != static_cast<mortise_dtype>(tensor.dtype) || given.size_bytes != tensor.bytes ||
      !std::equal(dims.begin(), dims.end(), tensor.dims.begin(), tensor.dims.end())) {
    return invalid_argument("Vulkan: an ", what, " of ", to_string(dims), " was given, compiled was ",
                            to_string(tensor.dims));
  }
  if (given.data == nullptr) return invalid_argument("Vulkan: an ", what, " has no memory");
  if (given.memory_kind == MORTISE_MEMORY_HOST) return Range{};
  if (given.memory_kind != kDeviceMemoryKind) {
    return invalid_argument("Vulkan: an ", what, " lies in memory of the unknown kind ", given.memory_kind);
  }
  MORTISE_ASSIGN(const Range range,
                 gpu_->memory.resolve(reinterpret_cast<uintptr_t>(given.data), given.byte_offset, given.size_bytes));
  if (range.offset % gpu_->device->limits().buffer_alignment != 0) {
    return invalid_argument("Vulkan: an ", what, " begins at byte ", given.byte_offset,
                            " of its memory, which is not aligned");
  }
  return range;
}

// Outputs as they are, or as the host allocates them now: those without memory, and those of another shape.
Result<std::vector<mortise_tensor_t>> VulkanSession::outputs(const sdk::RunArgs& args) const {
  if (args.num_inputs() != plan_.inputs.size() || args.num_outputs() != plan_.outputs.size()) {
    return invalid_argument("Vulkan: the segment has ", plan_.inputs.size(), " inputs and ", plan_.outputs.size(),
                            " outputs");
  }
  std::vector<mortise_tensor_t> outputs;
  for (size_t i = 0; i < plan_.outputs.size(); ++i) {
    outputs.push_back(args.output(i).raw());
    if (args.output(i).absent()) continue;
    MORTISE_ASSIGN(outputs.back(), args.output(i, plan_.program.tensors[plan_.outputs[i]].dims));
  }
  return outputs;
}

Result<Ports> VulkanSession::ports(const sdk::RunArgs& args, const std::vector<mortise_tensor_t>& outputs) const {
  Ports ports;
  ports.profiled = args.profiling() && host_.profile() != nullptr;
  for (size_t i = 0; i < plan_.inputs.size(); ++i) {
    ports.inputs.emplace_back();
    if (plan_.inputs[i] == Plan::kNone) continue;
    MORTISE_ASSIGN(ports.inputs.back(), port(args.input(i).raw(), plan_.inputs[i], "input"));
  }
  for (size_t i = 0; i < plan_.outputs.size(); ++i) {
    ports.outputs.emplace_back();
    if (sdk::TensorView(outputs[i]).absent()) continue;
    MORTISE_ASSIGN(ports.outputs.back(), port(outputs[i], plan_.outputs[i], "output"));
  }
  return ports;
}

Result<VulkanSession::Slot*> VulkanSession::take(Ports ports) {
  const std::lock_guard lock(mutex_);
  Slot* idle = nullptr;
  for (Slot& slot : slots_) {
    if (slot.busy) continue;
    if (slot.recording != nullptr && slot.recording->ports().same_as(ports)) {
      slot.busy = true;
      return &slot;
    }
    if (idle == nullptr || slot.recording == nullptr) idle = &slot;
  }
  if (idle == nullptr || (idle->recording != nullptr && slots_.size() < kKeptRecordings)) {
    idle = &slots_.emplace_back();
  }
  idle->recording.reset();
  MORTISE_ASSIGN(idle->recording, Recording::create(*gpu_, plan_, weights_, std::move(ports)));
  idle->busy = true;
  return idle;
}

void VulkanSession::give_back(Slot& slot) {
  const std::lock_guard lock(mutex_);
  slot.busy = false;
}

Status VulkanSession::start(const sdk::RunArgs& args, sdk::Completion done) {
  MORTISE_TRY(gpu_->device->alive());
  Status fate = gpu_->faults.next_run();
  if (fate.code() == StatusCode::kDeviceLost) gpu_->device->lose();
  MORTISE_TRY(std::move(fate));
  if (args.cancelled()) return Status(StatusCode::kCancelled, "Vulkan: the run was cancelled");
  MORTISE_ASSIGN(std::vector<mortise_tensor_t> run_outputs, outputs(args));
  MORTISE_ASSIGN(Ports run_ports, ports(args, run_outputs));
  MORTISE_ASSIGN(Slot * slot, take(std::move(run_ports)));
  const Recording& recording = *slot->recording;
  for (uint32_t i = 0; i < args.num_inputs(); ++i) {
    const mortise_tensor_t& tensor = args.input(i).raw();
    if (recording.input(i) == nullptr) continue;
    std::memcpy(recording.input(i), static_cast<const std::byte*>(tensor.data) + tensor.byte_offset, tensor.size_bytes);
  }
  slot->args = args.raw();
  slot->outputs = std::move(run_outputs);
  slot->done = std::move(done);
  slot->start_ns = recording.ports().profiled ? host_.profile()->now_ns(host_.raw()) : 0;
  Status status = gpu_->queue.submit(
      recording.parts(), [this, slot](const Status& end) { finish(*slot, end); },
      [slot] { return sdk::RunArgs(slot->args).cancelled(); });
  if (!status.ok()) give_back(*slot);
  return status;
}

// On the queue's thread. Once `done` was called, the session may be gone.
void VulkanSession::finish(Slot& slot, const Status& status) {
  if (status.ok()) {
    for (uint32_t i = 0; i < slot.outputs.size(); ++i) {
      const mortise_tensor_t& tensor = slot.outputs[i];
      const std::byte* source = slot.recording->output(i);
      if (source == nullptr || sdk::TensorView(tensor).absent()) continue;
      std::memcpy(static_cast<std::byte*>(tensor.data) + tensor.byte_offset, source, tensor.size_bytes);
    }
    if (slot.recording->ports().profiled) report(slot);
  }
  const sdk::Completion done = std::move(slot.done);
  give_back(slot);
  done(status);
}

// One event per step, set so that the last ends now; one for the whole where the device has no clock.
void VulkanSession::report(const Slot& slot) const {
  const mortise_host_profile_t& profile = *host_.profile();
  const mortise_run_context_t* context = slot.args->context;
  const uint64_t now = profile.now_ns(host_.raw());
  const std::vector<Step>& steps = plan_.program.steps;
  const std::vector<double> times = slot.recording->times();
  const auto record = [&](const char* name, uint64_t start, uint64_t duration, std::span<const sdk::NodeId> nodes) {
    const mortise_profile_event_t event{.name = name,
                                        .start_ns = start,
                                        .duration_ns = duration,
                                        .node_ids = nodes.data(),
                                        .num_nodes = nodes.size(),
                                        .counters = nullptr,
                                        .num_counters = 0};
    profile.record(host_.raw(), context, &event);
  };
  const double length = times.empty() ? 0 : times.back();
  if (times.empty() || length > static_cast<double>(now - slot.start_ns)) {
    std::vector<sdk::NodeId> nodes;
    for (const Step& step : steps) nodes.insert(nodes.end(), step.nodes.begin(), step.nodes.end());
    return record("segment", slot.start_ns, now - slot.start_ns, nodes);
  }
  const double begin = static_cast<double>(now) - length;
  for (size_t i = 0; i < steps.size(); ++i) {
    record(steps[i].name.c_str(), static_cast<uint64_t>(begin + times[i]),
           static_cast<uint64_t>(times[i + 1] - times[i]), steps[i].nodes);
  }
}

Status VulkanSession::run(const sdk::RunArgs& args) {
  return sdk::begin_and_wait([&](sdk::Completion done) { return start(args, std::move(done)); });
}

Status VulkanSession::submit(uint64_t run_id, const sdk::RunArgs& args) {
  return sdk::begin_run(host_, run_id, [&](sdk::Completion done) { return start(args, std::move(done)); });
}

}  // namespace mortise::vulkan
