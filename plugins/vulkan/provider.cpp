// SPDX-License-Identifier: Apache-2.0
//
// See provider.h.
#include "provider.h"

#include "session.h"

namespace mortise::vulkan {

const mortise_provider_descriptor_t VulkanProvider::kDescriptor = {
    .id = "org.mortise.vulkan",
    .name = "Vulkan",
    .vendor = "Mortise",
    .version = "1.0.0",
    .description = "Compute shaders on any device with Vulkan 1.1",
    .options_schema = kOptionsSchema,
    .concurrency = MORTISE_CONCURRENCY_REENTRANT,
    .determinism = MORTISE_DETERMINISM_ANY_THREADS,
    .numerics = MORTISE_NUMERICS_FLUSHES_SUBNORMALS,
    .reserved = 0,
};

VulkanProvider::VulkanProvider(const sdk::Host& host, std::string_view options_json)
    : Provider(host), options_(parse_options(options_json)), faults_(options_) {}

Status VulkanProvider::open() {
  MORTISE_ASSIGN(std::unique_ptr<Device> device, Device::open(options_, host()));
  target_.limits = device->limits();
  target_.shared_tiles =
      options_.tiling == Tiling::kShared || (options_.tiling == Tiling::kAuto && !target_.limits.is_cpu);
  target_.storage = options_.storage;
  MORTISE_ASSIGN(gpu_, Gpu::open(std::move(device), options_, faults_, host()));
  kind_ = {.name = "device",
           .alignment = target_.limits.buffer_alignment,
           .capacity = gpu_->memory.capacity(),
           .kind = kDeviceMemoryKind,
           .flags = gpu_->memory.device_is_mapped() ? static_cast<uint32_t>(MORTISE_MEMORY_HOST_VISIBLE) : 0};
  return {};
}

void VulkanProvider::close() { gpu_.reset(); }

std::string VulkanProvider::describe() const {
  return concat(target_.limits.name, target_.limits.is_cpu ? " (software), " : ", ", gpu_->memory.capacity() >> 20,
                gpu_->memory.device_is_mapped() ? " MiB shared with the host" : " MiB of its own");
}

Status VulkanProvider::claim(const sdk::GraphView& graph, sdk::ClaimSink& sink) {
  MORTISE_TRY(gpu_->device->alive());
  return sdk::claim_each(graph, sink, [&](const sdk::NodeView& node, mortise_estimate_t&) {
    Program program;
    return lower(graph, node, target_, program);
  });
}

Result<std::unique_ptr<sdk::Session>> VulkanProvider::compile(const sdk::CompileRequest& request) {
  MORTISE_TRY(gpu_->device->alive());
  MORTISE_ASSIGN(Plan plan, make_plan(request, target_));
  return VulkanSession::create(gpu_, host(), std::move(plan));
}

Status VulkanProvider::usable(uint32_t kind) const {
  if (gpu_ == nullptr) return Status(StatusCode::kFailedPrecondition, "Vulkan: the provider is not open");
  if (kind != kDeviceMemoryKind) {
    return invalid_argument("Vulkan: there is no memory of kind ", kind, ", only ", kDeviceMemoryKind);
  }
  return gpu_->device->alive();
}

Result<void*> VulkanProvider::allocate(uint32_t kind, uint64_t size) {
  MORTISE_TRY(usable(kind));
  MORTISE_ASSIGN(Memory::Block block, gpu_->memory.allocate(Memory::Pool::kDevice, size));
  return reinterpret_cast<void*>(static_cast<uintptr_t>(block.give_away()));  // NOLINT(performance-no-int-to-ptr)
}

void VulkanProvider::release(uint32_t /*kind*/, void* handle) {
  if (gpu_ != nullptr) gpu_->memory.release(reinterpret_cast<uintptr_t>(handle));
}

Status VulkanProvider::copy_in(uint32_t kind, void* handle, uint64_t offset, const void* source, uint64_t size) {
  MORTISE_TRY(usable(kind));
  MORTISE_ASSIGN(const Range range, gpu_->memory.resolve(reinterpret_cast<uintptr_t>(handle), offset, size));
  return gpu_->transfer.to_device(range, source);
}

Status VulkanProvider::copy_out(uint32_t kind, const void* handle, uint64_t offset, void* target, uint64_t size) {
  MORTISE_TRY(usable(kind));
  MORTISE_ASSIGN(const Range range, gpu_->memory.resolve(reinterpret_cast<uintptr_t>(handle), offset, size));
  return gpu_->transfer.to_host(target, range);
}

}  // namespace mortise::vulkan
