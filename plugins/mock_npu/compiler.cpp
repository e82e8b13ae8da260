// SPDX-License-Identifier: Apache-2.0
//
// See compiler.h.
#include "compiler.h"

#include <cstring>
#include <unordered_map>

#include "kernels.h"
#include "lower.h"
#include "mortise/sdk/memory_plan.h"

namespace mortise::mock_npu {
namespace {

class Compiler {
 public:
  Compiler(const sdk::CompileRequest& request, const Options& options) : request_(request), options_(options) {}

  Result<Program> run() {
    for (const uint32_t value : request_.inputs()) is_input_.emplace(value, static_cast<uint32_t>(is_input_.size()));
    for (const sdk::NodeId id : request_.nodes()) MORTISE_TRY(add_node(request_.graph().node(id)));
    for (const uint32_t value : request_.outputs()) MORTISE_TRY(add_output(value));
    program_.num_inputs = static_cast<uint32_t>(request_.inputs().size());
    program_.num_outputs = static_cast<uint32_t>(request_.outputs().size());
    plan_arena();
    MORTISE_TRY(check(program_));
    return std::move(program_);
  }

 private:
  Status add_node(const sdk::NodeView& node) {
    const std::string& fault = options_.fail_compile_on;
    if (!fault.empty() && (fault == node.op_type() || fault == node.name())) {
      const std::string text = concat("mock NPU: ", fault, " does not compile, as option 'fail_compile_on' asks");
      if (options_.refuse_on_compile) return request_.refuse(node.id(), MORTISE_REFUSAL_OPTION, text);
      return Status(StatusCode::kInternal, text).at_node(node.id());
    }
    auto lowered = lower(request_.graph(), node, options_);
    if (const auto* refusal = std::get_if<sdk::Refusal>(&lowered)) return request_.refuse(node.id(), *refusal);
    auto& made = std::get<Lowered>(lowered);
    for (const Operand& operand : made.inputs) {
      MORTISE_ASSIGN(const uint32_t buffer, buffer_of(operand));
      made.command.inputs.push_back(buffer);
    }
    made.command.output = add_buffer({Place::kArena, 0, made.output.type});
    buffers_[made.output.value] = made.command.output;
    program_.commands.push_back(std::move(made.command));
    return {};
  }

  Status add_output(uint32_t value) {
    const auto found = buffers_.find(value);
    if (found == buffers_.end())
      return invalid_argument("mock NPU: no node of the segment writes output value ", value);
    Command command{.opcode = Opcode::kDmaOut, .name = "dma-out", .inputs = {found->second}, .output = found->second};
    command.params[0] = static_cast<int32_t>(num_outputs_++);
    program_.commands.push_back(std::move(command));
    return {};
  }

  // The buffer that holds an operand: written before, a constant, or fetched by DMA now.
  Result<uint32_t> buffer_of(const Operand& operand) {
    if (operand.value == MORTISE_NO_ID) return add_weights(operand.type, std::as_bytes(std::span(operand.numbers)));
    if (const auto found = buffers_.find(operand.value); found != buffers_.end()) return found->second;
    const sdk::ValueView value = request_.graph().value(operand.value);
    uint32_t buffer = 0;
    if (value.is_constant()) {
      MORTISE_ASSIGN(buffer, add_constant(operand.type, value.constant()));
    } else if (const auto port = is_input_.find(operand.value); port != is_input_.end()) {
      buffer = add_buffer({Place::kArena, 0, operand.type});
      Command command{.opcode = Opcode::kDmaIn, .name = "dma-in", .output = buffer};
      command.params[0] = static_cast<int32_t>(port->second);
      program_.commands.push_back(std::move(command));
    } else {
      return invalid_argument("mock NPU: '", value.name(),
                              "' is neither constant, nor an input, nor written in the segment");
    }
    buffers_[operand.value] = buffer;
    return buffer;
  }

  Result<uint32_t> add_constant(const Type& type, const sdk::TensorView& tensor) {
    const auto count = static_cast<uint64_t>(type.dims.num_elements());
    const bool real = type.element == Element::kF16 || type.element == Element::kF32;
    if (tensor.size_bytes() != count * (real ? sizeof(float) : size_of(type.element))) {
      return invalid_argument("mock NPU: a constant of shape ", to_string(type.dims), " has ", tensor.size_bytes(),
                              " bytes");
    }
    const auto* source = static_cast<const std::byte*>(tensor.raw().data) + tensor.raw().byte_offset;
    if (!real) return add_weights(type, std::span(source, type.bytes()));
    std::vector<float> values(count);
    std::memcpy(values.data(), source, tensor.size_bytes());
    std::vector<std::byte> converted(type.bytes());
    store_real(values, {type, converted});
    return add_weights(type, converted);
  }

  uint32_t add_weights(const Type& type, std::span<const std::byte> bytes) {
    const uint64_t offset = sdk::align_up(program_.weights.size());
    program_.weights.resize(offset);
    program_.weights.insert(program_.weights.end(), bytes.begin(), bytes.end());
    return add_buffer({Place::kWeights, offset, type});
  }

  uint32_t add_buffer(const Buffer& buffer) {
    program_.buffers.push_back(buffer);
    return static_cast<uint32_t>(program_.buffers.size() - 1);
  }

  // A buffer lives from the command that writes it to the last that reads it.
  void plan_arena() {
    std::vector<sdk::PlannedBuffer> planned(program_.buffers.size());
    for (uint32_t step = 0; step < program_.commands.size(); ++step) {
      const Command& command = program_.commands[step];
      if (command.opcode != Opcode::kDmaOut) {
        planned[command.output].first = planned[command.output].last = step;
        planned[command.output].size = program_.buffers[command.output].type.bytes();
      }
      for (const uint32_t input : command.inputs) planned[input].last = step;
    }
    program_.arena_size = sdk::plan_memory(planned);
    for (size_t i = 0; i < planned.size(); ++i) {
      if (program_.buffers[i].place == Place::kArena) program_.buffers[i].offset = planned[i].offset;
    }
  }

  const sdk::CompileRequest& request_;
  const Options& options_;
  Program program_;
  std::unordered_map<uint32_t, uint32_t> buffers_;   // value -> buffer
  std::unordered_map<uint32_t, uint32_t> is_input_;  // value -> input of the segment
  uint32_t num_outputs_ = 0;
};

}  // namespace

Result<Program> compile_program(const sdk::CompileRequest& request, const Options& options) {
  return Compiler(request, options).run();
}

}  // namespace mortise::mock_npu
