// SPDX-License-Identifier: Apache-2.0
//
// NpuProvider: the plugin's face towards the host. Every function here is a few lines; the work is done by lower.h
// (claim), compiler.h, blob.h and device.h.
#pragma once

#include "device.h"

namespace mortise::mock_npu {

class NpuProvider final : public sdk::Provider,
                          public sdk::AsyncRunExtension,
                          public sdk::DeviceMemoryExtension,
                          public sdk::CompiledCacheExtension {
 public:
  static const mortise_provider_descriptor_t kDescriptor;

  NpuProvider(const sdk::Host& host, std::string_view options_json);

  Status open() override;
  void close() override;
  std::string describe() const override;
  Status claim(const sdk::GraphView& graph, sdk::ClaimSink& sink) override;
  Result<std::unique_ptr<sdk::Session>> compile(const sdk::CompileRequest& request) override;

  // Device memory: one kind, the DDR. A handle is a device address.
  std::span<const mortise_memory_kind_t> kinds() const override { return {&kind_, 1}; }
  uint32_t input_kind(const sdk::Session&, uint64_t) const override { return kind_.kind; }
  uint32_t output_kind(const sdk::Session&, uint64_t) const override { return kind_.kind; }
  Result<void*> allocate(uint32_t kind, uint64_t size) override;
  void release(uint32_t kind, void* handle) override;
  Status copy_in(uint32_t kind, void* handle, uint64_t offset, const void* source, uint64_t size) override;
  Status copy_out(uint32_t kind, const void* handle, uint64_t offset, void* target, uint64_t size) override;

  Result<std::string> key(const sdk::CompileRequest& request) override;
  Result<std::string> save(const sdk::Session& session) override;
  Result<std::unique_ptr<sdk::Session>> load(const sdk::CompileRequest& request, std::string_view blob) override;

 private:
  Status usable(uint32_t kind) const;

  const Options options_;
  const mortise_memory_kind_t kind_;
  Faults faults_;
  std::shared_ptr<Device> device_;  // while open
};

}  // namespace mortise::mock_npu
