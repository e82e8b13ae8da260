// SPDX-License-Identifier: Apache-2.0
//
// See engine.h.
#include "engine.h"

#include <cstring>

#include "kernels.h"

namespace mortise::mock_npu {
namespace {

class Run {
 public:
  Run(const Loaded& loaded, Memory& memory, const sdk::RunArgs& args, const sdk::Host& host, const Options& options)
      : loaded_(loaded),
        memory_(memory),
        args_(args),
        options_(options),
        profile_(args.profiling() ? host.profile() : nullptr),
        host_(host) {}

  Status execute_all() {
    const Program& program = loaded_.program;
    if (args_.num_inputs() != program.num_inputs || args_.num_outputs() != program.num_outputs) {
      return invalid_argument("mock NPU: the segment has ", program.num_inputs, " inputs and ", program.num_outputs,
                              " outputs");
    }
    MORTISE_ASSIGN(weights_, memory_.resolve(loaded_.weights, 0, program.weights.size()));
    MORTISE_ASSIGN(arena_, memory_.resolve(loaded_.arena, 0, program.arena_size));
    if (profile_ != nullptr) start_ns_ = profile_->now_ns(host_.raw());
    for (const Command& command : program.commands) {
      if (args_.cancelled()) return Status(StatusCode::kCancelled, "mock NPU: the run was cancelled");
      MORTISE_TRY(execute_one(command));
    }
    return {};
  }

  double modelled_ns() const { return modelled_ns_; }

 private:
  Tile tile(uint32_t index) const {
    const Buffer& buffer = loaded_.program.buffers[index];
    const auto memory = buffer.place == Place::kWeights ? weights_ : arena_;
    return {buffer.type, memory.subspan(buffer.offset, buffer.type.bytes())};
  }

  Status execute_one(const Command& command) {
    inputs_.clear();
    types_.clear();
    for (const uint32_t input : command.inputs) {
      inputs_.push_back(tile(input));
      types_.push_back(inputs_.back().type);
    }
    const Tile output = tile(command.output);
    if (command.opcode == Opcode::kDmaIn) {
      MORTISE_TRY(dma_in(static_cast<uint32_t>(command.params[0]), output));
    } else if (command.opcode == Opcode::kDmaOut) {
      MORTISE_TRY(dma_out(static_cast<uint32_t>(command.params[0]), inputs_[0]));
    } else {
      execute(command, inputs_, output);
    }
    account(command, cost_of(command, types_, output.type));
    return {};
  }

  // The bytes of a tensor of the run, wherever they are.
  Result<std::span<std::byte>> bytes_of(const mortise_tensor_t& tensor, const Type& type) {
    const bool real = type.element == Element::kF16 || type.element == Element::kF32;
    const mortise_dtype dtype = real                           ? MORTISE_DTYPE_F32
                                : type.element == Element::kI8 ? MORTISE_DTYPE_I8
                                                               : MORTISE_DTYPE_U8;
    const uint64_t size = static_cast<uint64_t>(type.dims.num_elements()) * (real ? 4 : 1);
    const std::span<const int64_t> dims(tensor.dims, tensor.dims == nullptr ? 0 : tensor.rank);
    if (tensor.dtype != dtype || tensor.size_bytes != size ||
        !std::equal(dims.begin(), dims.end(), type.dims.begin(), type.dims.end())) {
      return invalid_argument("mock NPU: a tensor of ", to_string(dims), " was given, compiled was ",
                              to_string(type.dims));
    }
    if (tensor.memory_kind == MORTISE_MEMORY_HOST) {
      if (tensor.data == nullptr && size != 0) return invalid_argument("mock NPU: a tensor has no memory");
      return std::span(static_cast<std::byte*>(tensor.data) + tensor.byte_offset, size);
    }
    return memory_.resolve(reinterpret_cast<uintptr_t>(tensor.data), tensor.byte_offset, size);
  }

  Status dma_in(uint32_t port, const Tile& target) {
    MORTISE_ASSIGN(const auto source, bytes_of(args_.input(port).raw(), target.type));
    if (target.type.element == Element::kF16) {
      store_real(load_real({{Element::kF32, target.type.dims}, source}), target);
    } else if (!source.empty()) {
      std::memcpy(target.bytes.data(), source.data(), source.size());
    }
    return {};
  }

  Status dma_out(uint32_t port, const Tile& source) {
    if (args_.output(port).absent()) return {};
    MORTISE_ASSIGN(const mortise_tensor_t tensor, args_.output(port, source.type.dims));
    MORTISE_ASSIGN(const auto target, bytes_of(tensor, source.type));
    if (source.type.element == Element::kF16) {
      store_real(load_real(source), {{Element::kF32, source.type.dims}, target});
    } else if (!target.empty()) {
      std::memcpy(target.data(), source.bytes.data(), target.size());
    }
    if (options_.corrupt_output && !target.empty()) target.back() ^= std::byte{0x41};
    return {};
  }

  void account(const Command& command, const Cost& cost) {
    const double duration = cost.time_ns(options_.clock_mhz);
    if (profile_ != nullptr) {
      const mortise_profile_counter_t counters[] = {{"energy_nj", cost.energy_nj},
                                                    {"cycles", static_cast<double>(cost.cycles)},
                                                    {"dma_bytes", static_cast<double>(cost.dma_bytes)}};
      const mortise_profile_event_t event{.name = command.name.c_str(),
                                          .start_ns = start_ns_ + static_cast<uint64_t>(modelled_ns_),
                                          .duration_ns = static_cast<uint64_t>(duration),
                                          .node_ids = &command.node_id,
                                          .num_nodes = command.node_id == MORTISE_NO_ID ? 0u : 1u,
                                          .counters = counters,
                                          .num_counters = 3};
      profile_->record(host_.raw(), args_.context(), &event);
    }
    modelled_ns_ += duration;
  }

  const Loaded& loaded_;
  Memory& memory_;
  const sdk::RunArgs& args_;
  const Options& options_;
  const mortise_host_profile_t* profile_;
  const sdk::Host& host_;
  std::span<std::byte> weights_, arena_;
  std::vector<Tile> inputs_;
  std::vector<Type> types_;
  uint64_t start_ns_ = 0;
  double modelled_ns_ = 0;
};

}  // namespace

EngineResult execute_run(const Loaded& loaded, Memory& memory, const sdk::RunArgs& args, const sdk::Host& host,
                         const Options& options) {
  Run run(loaded, memory, args, host, options);
  Status status = run.execute_all();
  return {std::move(status), run.modelled_ns()};
}

}  // namespace mortise::mock_npu
