// SPDX-License-Identifier: Apache-2.0
//
// VulkanProvider: the plugin's face towards the host. Every function here is a few lines; the work is done by lower.h
// (claim), plan.h (compile), session.h (runs) and gpu.h (the device).
#pragma once

#include "gpu.h"
#include "lower.h"
#include "mortise/sdk/provider.h"

namespace mortise::vulkan {

class VulkanProvider final : public sdk::Provider, public sdk::AsyncRunExtension, public sdk::DeviceMemoryExtension {
 public:
  static const mortise_provider_descriptor_t kDescriptor;

  VulkanProvider(const sdk::Host& host, std::string_view options_json);

  Status open() override;
  void close() override;
  std::string describe() const override;
  Status claim(const sdk::GraphView& graph, sdk::ClaimSink& sink) override;
  Result<std::unique_ptr<sdk::Session>> compile(const sdk::CompileRequest& request) override;

  // Device memory: one kind. A handle is the host's address where the host sees the memory.
  std::span<const mortise_memory_kind_t> kinds() const override { return {&kind_, 1}; }
  uint32_t input_kind(const sdk::Session&, uint64_t) const override { return kind_.kind; }
  uint32_t output_kind(const sdk::Session&, uint64_t) const override { return kind_.kind; }
  Result<void*> allocate(uint32_t kind, uint64_t size) override;
  void release(uint32_t kind, void* handle) override;
  Status copy_in(uint32_t kind, void* handle, uint64_t offset, const void* source, uint64_t size) override;
  Status copy_out(uint32_t kind, const void* handle, uint64_t offset, void* target, uint64_t size) override;

 private:
  Status usable(uint32_t kind) const;

  const Options options_;
  Faults faults_;
  mortise_memory_kind_t kind_{};
  Target target_;
  std::shared_ptr<Gpu> gpu_;  // while open
};

}  // namespace mortise::vulkan
