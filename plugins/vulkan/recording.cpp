// SPDX-License-Identifier: Apache-2.0
//
// See recording.h.
#include "recording.h"

#include <algorithm>

#include "mortise/sdk/memory_plan.h"

namespace mortise::vulkan {
namespace {

constexpr VkPipelineStageFlags kWorkStages = VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT | VK_PIPELINE_STAGE_TRANSFER_BIT;
constexpr VkAccessFlags kWorkWrites = VK_ACCESS_SHADER_WRITE_BIT | VK_ACCESS_TRANSFER_WRITE_BIT;
constexpr VkAccessFlags kWorkReads = VK_ACCESS_SHADER_READ_BIT | VK_ACCESS_TRANSFER_READ_BIT;

// Steps of a part of a run. What the device was given it finishes, so this is how soon a run can be cancelled; a part
// should also take longer than the host's time for submitting another.
constexpr uint32_t kStepsOfPart = 16;

bool overlap(const Range& a, const Range& b) {
  return a.buffer == b.buffer && a.offset < b.offset + b.size && b.offset < a.offset + a.size;
}

bool same_ranges(const std::vector<Range>& a, const std::vector<Range>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Range& x, const Range& y) { return x.serial == y.serial && x.offset == y.offset; });
}

}  // namespace

bool Ports::same_as(const Ports& other) const {
  return profiled == other.profiled && same_ranges(inputs, other.inputs) && same_ranges(outputs, other.outputs);
}

Result<std::unique_ptr<Recording>> Recording::create(Gpu& gpu, const Plan& plan, const Memory::Block& weights,
                                                     Ports ports) {
  std::unique_ptr<Recording> recording(new Recording(gpu, plan, weights, std::move(ports)));
  MORTISE_TRY(recording->allocate());
  MORTISE_TRY(recording->make_pools());
  MORTISE_TRY(recording->record());
  return recording;
}

Recording::~Recording() {
  if (gpu_.device->hangs()) return;
  const Functions& vk = gpu_.device->vk();
  const VkDevice device = gpu_.device->handle();
  vk.DestroyQueryPool(device, queries_, nullptr);
  vk.DestroyCommandPool(device, pool_, nullptr);
  vk.DestroyDescriptorPool(device, descriptors_, nullptr);
}

Status Recording::allocate() {
  const uint64_t alignment = gpu_.device->limits().buffer_alignment;
  uint64_t staged = 0;
  const auto add_ports = [&](const std::vector<Range>& given, const std::vector<TensorId>& tensors,
                             std::vector<Range>& own) {
    for (size_t i = 0; i < given.size(); ++i) {
      own.emplace_back();
      if (given[i].buffer != VK_NULL_HANDLE || tensors[i] == Plan::kNone) continue;
      own.back() = {VK_NULL_HANDLE, staged, plan_.program.tensors[tensors[i]].bytes};
      staged += sdk::align_up(own.back().size, alignment);
    }
  };
  add_ports(ports_.inputs, plan_.inputs, own_inputs_);
  add_ports(ports_.outputs, plan_.outputs, own_outputs_);
  MORTISE_ASSIGN(memory_, gpu_.memory.allocate(Memory::Pool::kDevice, plan_.arena_bytes + staged));
  const bool mapped = gpu_.memory.device_is_mapped();
  if (!mapped && staged != 0) {
    MORTISE_ASSIGN(staging_, gpu_.memory.allocate(Memory::Pool::kStaging, staged));
  }
  const auto place = [&](std::vector<Range>& own, std::vector<std::byte*>& host) {
    for (Range& port : own) {
      host.push_back(nullptr);
      if (port.size == 0) continue;
      host.back() =
          mapped ? memory_.range().mapped + plan_.arena_bytes + port.offset : staging_.range().mapped + port.offset;
      port = memory_.part(plan_.arena_bytes + port.offset, port.size);
    }
  };
  place(own_inputs_, mapped_inputs_);
  place(own_outputs_, mapped_outputs_);
  return {};
}

Status Recording::make_pools() {
  Device& device = *gpu_.device;
  const Functions& vk = device.vk();
  uint32_t bindings = 0;
  for (const Step& step : plan_.program.steps) {
    bindings += static_cast<uint32_t>(step.outputs.size() + step.inputs.size());
  }
  const auto num_steps = static_cast<uint32_t>(plan_.program.steps.size());
  const VkDescriptorPoolSize size{VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, std::max(bindings, 1u)};
  const VkDescriptorPoolCreateInfo descriptors{.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO,
                                               .pNext = nullptr,
                                               .flags = 0,
                                               .maxSets = std::max(num_steps, 1u),
                                               .poolSizeCount = 1,
                                               .pPoolSizes = &size};
  MORTISE_TRY(device.check(vk.CreateDescriptorPool(device.handle(), &descriptors, nullptr, &descriptors_),
                           "CreateDescriptorPool"));
  const VkCommandPoolCreateInfo pool{.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
                                     .pNext = nullptr,
                                     .flags = 0,
                                     .queueFamilyIndex = device.queue_family()};
  MORTISE_TRY(device.check(vk.CreateCommandPool(device.handle(), &pool, nullptr, &pool_), "CreateCommandPool"));
  parts_.resize(std::max((num_steps + kStepsOfPart - 1) / kStepsOfPart, 1u));
  const VkCommandBufferAllocateInfo commands{.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
                                             .pNext = nullptr,
                                             .commandPool = pool_,
                                             .level = VK_COMMAND_BUFFER_LEVEL_PRIMARY,
                                             .commandBufferCount = static_cast<uint32_t>(parts_.size())};
  MORTISE_TRY(
      device.check(vk.AllocateCommandBuffers(device.handle(), &commands, parts_.data()), "AllocateCommandBuffers"));
  if (!ports_.profiled || device.limits().timestamp_ns == 0) return {};
  const VkQueryPoolCreateInfo queries{.sType = VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO,
                                      .pNext = nullptr,
                                      .flags = 0,
                                      .queryType = VK_QUERY_TYPE_TIMESTAMP,
                                      .queryCount = num_steps + 1,
                                      .pipelineStatistics = 0};
  return device.check(vk.CreateQueryPool(device.handle(), &queries, nullptr, &queries_), "CreateQueryPool");
}

Range Recording::range_of(TensorId id) const {
  const Place& place = plan_.places[id];
  const uint64_t bytes = plan_.program.tensors[id].bytes;
  // Bytes are read and written in words.
  const uint64_t size = (bytes + 3) / 4 * 4;
  const auto port = [&](const std::vector<Range>& given, const std::vector<Range>& own) {
    Range range = given[place.port].buffer != VK_NULL_HANDLE ? given[place.port] : own[place.port];
    range.size = size;
    return range;
  };
  switch (place.space) {
    case Space::kWeights:
      return weights_.part(place.offset, size);
    case Space::kInput:
      return port(ports_.inputs, own_inputs_);
    case Space::kOutput:
      return port(ports_.outputs, own_outputs_);
    default:
      return memory_.part(place.offset, size);
  }
}

void Recording::barrier(VkPipelineStageFlags from_stages, VkAccessFlags from, VkPipelineStageFlags to_stages,
                        VkAccessFlags to) {
  const VkMemoryBarrier memory{
      .sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER, .pNext = nullptr, .srcAccessMask = from, .dstAccessMask = to};
  gpu_.device->vk().CmdPipelineBarrier(commands_, from_stages, to_stages, 0, 1, &memory, 0, nullptr, 0, nullptr);
  read_.clear();
  written_.clear();
}

// A step waits for those before it only where it reads or writes what one of them wrote, or writes what one of them
// reads. Which memory tensors share is the plan's affair; what counts is the bytes.
void Recording::wait_for_hazards(const Step& step) {
  const auto meets = [&](const std::vector<Range>& ranges, const Range& range) {
    return std::any_of(ranges.begin(), ranges.end(), [&](const Range& other) { return overlap(range, other); });
  };
  bool hazard = false;
  for (const TensorId input : step.inputs) hazard = hazard || meets(written_, range_of(input));
  for (const TensorId output : step.outputs) {
    hazard = hazard || meets(written_, range_of(output)) || meets(read_, range_of(output));
  }
  if (hazard) barrier(kWorkStages, kWorkWrites, kWorkStages, kWorkReads | kWorkWrites);
  for (const TensorId input : step.inputs) {
    if (plan_.places[input].space != Space::kWeights) read_.push_back(range_of(input));
  }
  for (const TensorId output : step.outputs) written_.push_back(range_of(output));
}

Status Recording::bind(const Step& step, const Pipeline& pipeline, VkDescriptorSet& set) {
  Device& device = *gpu_.device;
  const VkDescriptorSetAllocateInfo info{.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO,
                                         .pNext = nullptr,
                                         .descriptorPool = descriptors_,
                                         .descriptorSetCount = 1,
                                         .pSetLayouts = &pipeline.set_layout};
  MORTISE_TRY(device.check(device.vk().AllocateDescriptorSets(device.handle(), &info, &set), "AllocateDescriptorSets"));
  std::vector<VkDescriptorBufferInfo> buffers;
  const auto add = [&](TensorId tensor) {
    const Range range = range_of(tensor);
    buffers.push_back({range.buffer, range.offset, range.size});
  };
  for (const TensorId output : step.outputs) add(output);
  for (const TensorId input : step.inputs) add(input);
  const VkWriteDescriptorSet write{.sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET,
                                   .pNext = nullptr,
                                   .dstSet = set,
                                   .dstBinding = 0,
                                   .dstArrayElement = 0,
                                   .descriptorCount = 1,
                                   .descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER,
                                   .pImageInfo = nullptr,
                                   .pBufferInfo = nullptr,
                                   .pTexelBufferView = nullptr};
  std::vector<VkWriteDescriptorSet> writes(buffers.size(), write);
  for (uint32_t i = 0; i < writes.size(); ++i) {
    writes[i].dstBinding = i;
    writes[i].pBufferInfo = &buffers[i];
  }
  device.vk().UpdateDescriptorSets(device.handle(), static_cast<uint32_t>(writes.size()), writes.data(), 0, nullptr);
  return {};
}

Status Recording::record_step(const Step& step, VkDescriptorSet& set) {
  const Functions& vk = gpu_.device->vk();
  const auto bindings = static_cast<uint32_t>(step.outputs.size() + step.inputs.size());
  MORTISE_ASSIGN(const Pipeline pipeline, gpu_.pipelines.get(step.shader, step.spec, bindings));
  MORTISE_TRY(bind(step, pipeline, set));
  wait_for_hazards(step);
  vk.CmdBindPipeline(commands_, VK_PIPELINE_BIND_POINT_COMPUTE, pipeline.handle);
  vk.CmdBindDescriptorSets(commands_, VK_PIPELINE_BIND_POINT_COMPUTE, pipeline.layout, 0, 1, &set, 0, nullptr);
  if (!step.push.empty()) {
    vk.CmdPushConstants(commands_, pipeline.layout, VK_SHADER_STAGE_COMPUTE_BIT, 0,
                        static_cast<uint32_t>(4 * step.push.size()), step.push.data());
  }
  vk.CmdDispatch(commands_, step.groups[0], step.groups[1], 1);
  return {};
}

// Between the host's side of the recording's own ports and the device's.
void Recording::copy_ports(bool in) {
  if (staging_.range().buffer == VK_NULL_HANDLE) return;
  if (!in) barrier(kWorkStages, kWorkWrites, VK_PIPELINE_STAGE_TRANSFER_BIT, VK_ACCESS_TRANSFER_READ_BIT);
  const std::vector<Range>& ports = in ? own_inputs_ : own_outputs_;
  const std::vector<std::byte*>& host = in ? mapped_inputs_ : mapped_outputs_;
  for (size_t i = 0; i < ports.size(); ++i) {
    if (ports[i].size == 0) continue;
    const uint64_t staged = staging_.range().offset + static_cast<uint64_t>(host[i] - staging_.range().mapped);
    const VkBufferCopy region{
        .srcOffset = in ? staged : ports[i].offset, .dstOffset = in ? ports[i].offset : staged, .size = ports[i].size};
    gpu_.device->vk().CmdCopyBuffer(commands_, in ? staging_.range().buffer : ports[i].buffer,
                                    in ? ports[i].buffer : staging_.range().buffer, 1, &region);
  }
  if (in) barrier(VK_PIPELINE_STAGE_TRANSFER_BIT, VK_ACCESS_TRANSFER_WRITE_BIT, kWorkStages, kWorkReads | kWorkWrites);
}

void Recording::timestamp(uint32_t index) {
  if (queries_ == VK_NULL_HANDLE) return;
  gpu_.device->vk().CmdWriteTimestamp(commands_, VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT, queries_, index);
}

Status Recording::begin_part(uint32_t part) {
  Device& device = *gpu_.device;
  if (part != 0) MORTISE_TRY(device.check(device.vk().EndCommandBuffer(commands_), "EndCommandBuffer"));
  commands_ = parts_[part];
  const VkCommandBufferBeginInfo begin{
      .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO, .pNext = nullptr, .flags = 0, .pInheritanceInfo = nullptr};
  return device.check(device.vk().BeginCommandBuffer(commands_, &begin), "BeginCommandBuffer");
}

// Barriers reach back over the parts before, which are submitted earlier on the same queue.
Status Recording::record() {
  Device& device = *gpu_.device;
  const Functions& vk = device.vk();
  MORTISE_TRY(begin_part(0));
  const std::vector<Step>& steps = plan_.program.steps;
  if (queries_ != VK_NULL_HANDLE) {
    vk.CmdResetQueryPool(commands_, queries_, 0, static_cast<uint32_t>(steps.size()) + 1);
  }
  // What was submitted before, another segment's outputs say, and the last run with this memory.
  barrier(kWorkStages, kWorkWrites, kWorkStages, kWorkReads | kWorkWrites);
  copy_ports(/*in=*/true);
  timestamp(0);
  for (uint32_t i = 0; i < steps.size(); ++i) {
    if (i != 0 && i % kStepsOfPart == 0) MORTISE_TRY(begin_part(i / kStepsOfPart));
    VkDescriptorSet set = VK_NULL_HANDLE;
    if (Status status = record_step(steps[i], set); !status.ok()) {
      return std::move(status)
          .context(steps[i].name)
          .at_node(steps[i].nodes.empty() ? MORTISE_NO_ID : steps[i].nodes[0]);
    }
    timestamp(i + 1);
  }
  copy_ports(/*in=*/false);
  barrier(kWorkStages, kWorkWrites, VK_PIPELINE_STAGE_HOST_BIT, VK_ACCESS_HOST_READ_BIT);
  return device.check(vk.EndCommandBuffer(commands_), "EndCommandBuffer");
}

std::vector<double> Recording::times() const {
  if (queries_ == VK_NULL_HANDLE) return {};
  Device& device = *gpu_.device;
  std::vector<uint64_t> ticks(plan_.program.steps.size() + 1);
  const VkResult result = device.vk().GetQueryPoolResults(
      device.handle(), queries_, 0, static_cast<uint32_t>(ticks.size()), ticks.size() * sizeof(uint64_t), ticks.data(),
      sizeof(uint64_t), VK_QUERY_RESULT_64_BIT);
  if (result != VK_SUCCESS) return {};
  const uint32_t bits = device.limits().timestamp_bits;
  const uint64_t mask = bits >= 64 ? UINT64_MAX : (uint64_t{1} << bits) - 1;
  std::vector<double> times;
  times.reserve(ticks.size());
  for (const uint64_t tick : ticks) {
    times.push_back(static_cast<double>((tick - ticks[0]) & mask) * device.limits().timestamp_ns);
  }
  return times;
}

}  // namespace mortise::vulkan
