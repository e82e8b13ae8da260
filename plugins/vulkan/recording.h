// SPDX-License-Identifier: Apache-2.0
//
// Recording: a plan written into a command buffer, with the memory of one run: its arena, its descriptor sets, and a
// place for each tensor of the run that does not lie in device memory.
//
// A recording is made for given memory of the segment's inputs and outputs. Hosts come back with the same memory, so a
// session keeps its recordings and finds the one that fits; a run then records nothing and updates no descriptor. Not
// thread-safe.
#pragma once

#include "gpu.h"
#include "plan.h"

namespace mortise::vulkan {

// Where the inputs and outputs of a run lie, in their order. A port without a buffer is the recording's own memory.
struct Ports {
  std::vector<Range> inputs, outputs;
  bool profiled = false;
  bool same_as(const Ports& other) const;
};

class Recording {
 public:
  static Result<std::unique_ptr<Recording>> create(Gpu& gpu, const Plan& plan, const Memory::Block& weights,
                                                   Ports ports);
  ~Recording();
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;

  const Ports& ports() const { return ports_; }
  // To be submitted one after the other.
  std::span<const VkCommandBuffer> parts() const { return parts_; }
  // Memory of a port of the recording's own, which the host sees.
  std::byte* input(uint32_t port) const { return mapped_inputs_[port]; }
  const std::byte* output(uint32_t port) const { return mapped_outputs_[port]; }
  // Of a profiled run that has ended: the device's clock before the first step and after each, in nanoseconds. Empty
  // where the device has no such clock.
  std::vector<double> times() const;

 private:
  Recording(Gpu& gpu, const Plan& plan, const Memory::Block& weights, Ports ports)
      : gpu_(gpu), plan_(plan), weights_(weights), ports_(std::move(ports)) {}
  Status allocate();
  Status make_pools();
  Status begin_part(uint32_t part);
  Status record();
  Status record_step(const Step& step, VkDescriptorSet& set);
  Status bind(const Step& step, const Pipeline& pipeline, VkDescriptorSet& set);
  void wait_for_hazards(const Step& step);
  void barrier(VkPipelineStageFlags from_stages, VkAccessFlags from, VkPipelineStageFlags to_stages, VkAccessFlags to);
  void copy_ports(bool in);
  void timestamp(uint32_t index);
  Range range_of(TensorId tensor) const;

  Gpu& gpu_;
  const Plan& plan_;
  const Memory::Block& weights_;
  const Ports ports_;
  Memory::Block memory_;                         // the arena and the recording's own ports
  Memory::Block staging_;                        // the host's side of its own ports, where device memory is not mapped
  std::vector<Range> own_inputs_, own_outputs_;  // without buffer where the port has memory from outside
  std::vector<std::byte*> mapped_inputs_, mapped_outputs_;
  VkDescriptorPool descriptors_ = VK_NULL_HANDLE;
  VkCommandPool pool_ = VK_NULL_HANDLE;
  std::vector<VkCommandBuffer> parts_;
  VkCommandBuffer commands_ = VK_NULL_HANDLE;  // the part that is being recorded
  VkQueryPool queries_ = VK_NULL_HANDLE;
  std::vector<Range> read_, written_;  // since the last barrier, while recording
};

}  // namespace mortise::vulkan
