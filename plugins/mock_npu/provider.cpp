// SPDX-License-Identifier: Apache-2.0
//
// See provider.h.
#include "provider.h"

#include <cstring>
#include <iomanip>

#include "blob.h"
#include "compiler.h"
#include "lower.h"
#include "session.h"

namespace mortise::mock_npu {

const mortise_provider_descriptor_t NpuProvider::kDescriptor = {
    .id = "org.mortise.mock-npu",
    .name = "Mock NPU",
    .vendor = "Mortise",
    .version = "1.0.0",
    .description = "A simulated accelerator with its own memory, fp16 and int8 arithmetic, and faults on demand",
    .options_schema = kOptionsSchema,
    .concurrency = MORTISE_CONCURRENCY_REENTRANT,
    .determinism = MORTISE_DETERMINISM_ANY_THREADS,
    .numerics = MORTISE_NUMERICS_HALF_COMPUTE,
};

NpuProvider::NpuProvider(const sdk::Host& host, std::string_view options_json)
    : Provider(host),
      options_(parse_options(options_json)),
      kind_{.name = "DDR", .alignment = 64, .capacity = options_.ddr_mib << 20, .kind = 1, .flags = 0},
      faults_(options_) {}

Status NpuProvider::open() {
  device_ = std::make_shared<Device>(options_, faults_, this->host());
  return {};
}

void NpuProvider::close() { device_.reset(); }

std::string NpuProvider::describe() const {
  return concat("Mock NPU, ", options_.sram_kib, " KiB SRAM, ", options_.ddr_mib, " MiB DDR, ", options_.clock_mhz,
                " MHz, ", options_.half ? "fp16" : "fp32");
}

Status NpuProvider::claim(const sdk::GraphView& graph, sdk::ClaimSink& sink) {
  MORTISE_TRY(device_->alive());
  const auto judge = [&](const sdk::NodeView& node, mortise_estimate_t& estimate) -> std::optional<sdk::Refusal> {
    const auto lowered = lower(graph, node, options_);
    if (const auto* refusal = std::get_if<sdk::Refusal>(&lowered)) return *refusal;
    const auto& made = std::get<Lowered>(lowered);
    std::vector<Type> types;
    uint64_t bytes = made.output.type.bytes();
    for (const Operand& operand : made.inputs) {
      types.push_back(operand.type);
      bytes += operand.type.bytes();
    }
    const Cost cost = cost_of(made.command, types, made.output.type);
    estimate = {cost.time_ns(options_.clock_mhz), cost.energy_nj, static_cast<double>(bytes)};
    return std::nullopt;
  };
  return sdk::claim_each(graph, sink, judge);
}

Result<std::unique_ptr<sdk::Session>> NpuProvider::compile(const sdk::CompileRequest& request) {
  MORTISE_TRY(device_->alive());
  MORTISE_ASSIGN(Program program, compile_program(request, options_));
  return NpuSession::create(device_, host(), std::move(program));
}

Status NpuProvider::usable(uint32_t kind) const {
  if (device_ == nullptr) return Status(StatusCode::kFailedPrecondition, "mock NPU: the provider is not open");
  if (kind != kind_.kind)
    return invalid_argument("mock NPU: there is no memory of kind ", kind, ", only DDR (", kind_.kind, ")");
  return device_->alive();
}

Result<void*> NpuProvider::allocate(uint32_t kind, uint64_t size) {
  MORTISE_TRY(usable(kind));
  MORTISE_ASSIGN(const uint64_t address, device_->memory().allocate(size));
  return reinterpret_cast<void*>(static_cast<uintptr_t>(address));  // NOLINT: nobody dereferences a device's address
}

void NpuProvider::release(uint32_t /*kind*/, void* handle) {
  if (device_ != nullptr) device_->memory().release(reinterpret_cast<uintptr_t>(handle));
}

Status NpuProvider::copy_in(uint32_t kind, void* handle, uint64_t offset, const void* source, uint64_t size) {
  MORTISE_TRY(usable(kind));
  MORTISE_ASSIGN(const auto bytes, device_->memory().resolve(reinterpret_cast<uintptr_t>(handle), offset, size));
  if (size != 0) std::memcpy(bytes.data(), source, size);
  return {};
}

Status NpuProvider::copy_out(uint32_t kind, const void* handle, uint64_t offset, void* target, uint64_t size) {
  MORTISE_TRY(usable(kind));
  MORTISE_ASSIGN(const auto bytes, device_->memory().resolve(reinterpret_cast<uintptr_t>(handle), offset, size));
  if (size != 0) std::memcpy(target, bytes.data(), size);
  return {};
}

// The program is the digest of all that matters: nodes, shapes, constants, precision. Where compiling takes minutes,
// hash the request instead.
Result<std::string> NpuProvider::key(const sdk::CompileRequest& request) {
  MORTISE_TRY(device_->alive());
  MORTISE_ASSIGN(const Program program, compile_program(request, options_));
  const std::string blob = write_blob(program);
  std::ostringstream text;
  text << "mock-npu-" << kDescriptor.version << "-sram" << options_.sram_kib << "-" << std::hex << std::setfill('0')
       << std::setw(16) << checksum(blob) << std::setw(16) << checksum(blob, blob.size());
  return text.str();
}

Result<std::string> NpuProvider::save(const sdk::Session& session) {
  return write_blob(static_cast<const NpuSession&>(session).program());
}

Result<std::unique_ptr<sdk::Session>> NpuProvider::load(const sdk::CompileRequest& request, std::string_view blob) {
  MORTISE_TRY(device_->alive());
  MORTISE_ASSIGN(Program program, read_blob(blob));
  if (program.num_inputs != request.inputs().size() || program.num_outputs != request.outputs().size()) {
    return Status(StatusCode::kDataLoss, "mock NPU: the compiled blob is of another segment; compile again");
  }
  return NpuSession::create(device_, host(), std::move(program));
}

}  // namespace mortise::mock_npu
