#include "providers/reference/program.h"

#include <unordered_map>

#include "providers/reference/borrowed.h"
#include "providers/reference/registry.h"

namespace mortise::reference {
namespace {

bool known_at_other_version(const NodeSpec& node) {
  for (const OpEntry& entry : all_ops()) {
    if (entry.domain == node.domain() && entry.op_type == node.op_type()) return true;
  }
  return false;
}

// The type that an operator's line is about; nothing is known of a value of unknown type, so it passes.
bool accepts(const OpEntry& entry, const NodeSpec& node, std::string& type) {
  const auto& ids = node.inputs().empty() ? node.outputs() : node.inputs();
  if (ids.empty() || ids[0] == sdk::kNoId) return true;
  const sdk::ValueView value(node.graph(), ids[0]);
  if (value.type().kind == MORTISE_TYPE_UNKNOWN) return true;
  if (value.is_tensor() && value.dtype() == DType::kUndefined) return true;
  type = value.is_tensor() ? std::string(to_string(value.dtype())) : "of a value that is no dense tensor";
  return contains(entry.types, value.is_tensor() ? value.dtype() : DType::kUndefined);
}

// Numbers the values of a segment.
class Builder {
 public:
  explicit Builder(const sdk::CompileRequest& request) : request_(request) {}

  Result<Program> build(bool accumulate_f64) {
    const auto nodes = request_.nodes();
    slots_.reserve(2 * nodes.size());
    program_.steps.reserve(nodes.size());
    MORTISE_TRY(number_values());
    for (uint32_t step = 0; step < nodes.size(); ++step) MORTISE_TRY(add_step(step, nodes[step], accumulate_f64));
    number_outputs();
    list_dying();
    return std::move(program_);
  }

 private:
  // Constants come first so that the two kinds of slots are told apart by a comparison.
  Status number_values() {
    for (const sdk::NodeId id : request_.nodes()) {
      for (const sdk::ValueId input : request_.graph().node(id).inputs()) {
        if (input == sdk::kNoId || slots_.contains(input)) continue;
        const sdk::ValueView value = request_.graph().value(input);
        if (!value.is_constant()) continue;
        slots_.emplace(input, program_.num_constants());
        const mortise_tensor_t& constant = value.constant().raw();
        MORTISE_TRY(check_extents(std::span(constant.dims, constant.rank)));
        program_.constants.emplace_back(borrow(constant));
      }
    }
    for (const sdk::ValueId input : request_.inputs()) program_.run_inputs.push_back(add_slot(input, 0));
    return {};
  }

  uint32_t add_slot(sdk::ValueId id, uint32_t step) {
    const auto number = static_cast<uint32_t>(program_.slots.size());
    program_.slots.push_back({.first = step, .last = step});
    read_.push_back(false);
    slots_.emplace(id, program_.num_constants() + number);
    return number;
  }

  Status add_step(uint32_t number, sdk::NodeId id, bool accumulate_f64) {
    const NodeSpec node(request_.graph(), id, accumulate_f64);
    auto made = make_kernel(node);
    if (const auto* refusal = std::get_if<sdk::Refusal>(&made)) return request_.refuse(id, *refusal);
    Step step{.kernel = std::get<Kernel>(std::move(made)), .node = id};
    step.first_text = program_.texts.size();
    step.name_size = static_cast<uint32_t>(node.name().size());
    step.op_size = static_cast<uint32_t>(node.op_type().size());
    program_.texts.append(node.name()).append(node.op_type());
    step.first_read = static_cast<uint32_t>(program_.reads.size());
    step.num_reads = static_cast<uint32_t>(node.inputs().size());
    for (const sdk::ValueId input : node.inputs()) {
      if (input == sdk::kNoId) {
        program_.reads.push_back(sdk::kNoId);
        continue;
      }
      const auto found = slots_.find(input);
      if (found == slots_.end()) {
        return invalid_argument(program_.subject(step), " reads value #", input,
                                ", which is neither an input of the segment nor written before it");
      }
      program_.reads.push_back(found->second);
      if (found->second < program_.num_constants()) continue;
      program_.slots[found->second - program_.num_constants()].last = number;
      read_[found->second - program_.num_constants()] = true;
    }
    step.first_write = static_cast<uint32_t>(program_.writes.size());
    step.num_writes = static_cast<uint32_t>(node.outputs().size());
    for (const sdk::ValueId output : node.outputs()) {
      if (output == sdk::kNoId) {
        program_.writes.push_back(sdk::kNoId);
        continue;
      }
      if (slots_.contains(output))
        return invalid_argument(program_.subject(step), " writes value #", output, ", which exists already");
      program_.writes.push_back(add_slot(output, number));
    }
    program_.steps.push_back(std::move(step));
    return {};
  }

  // Also drops writes of what nobody reads: such an output goes to scratch memory.
  void number_outputs() {
    for (uint32_t i = 0; i < request_.outputs().size(); ++i) {
      const auto found = slots_.find(request_.outputs()[i]);
      const uint32_t slot = found == slots_.end() || found->second < program_.num_constants()
                                ? sdk::kNoId
                                : found->second - program_.num_constants();
      program_.run_outputs.push_back(slot);
      if (slot == sdk::kNoId) continue;
      program_.slots[slot].run_output = i;
      read_[slot] = true;
    }
    for (uint32_t& slot : program_.writes) {
      if (slot != sdk::kNoId && !read_[slot]) slot = sdk::kNoId;
    }
  }

  void list_dying() {
    const uint32_t constants = program_.num_constants();
    for (uint32_t number = 0; number < program_.steps.size(); ++number) {
      Step& step = program_.steps[number];
      step.first_dying = static_cast<uint32_t>(program_.dying.size());
      for (uint32_t i = 0; i < step.num_reads; ++i) {
        const uint32_t read = program_.reads[step.first_read + i];
        if (read == sdk::kNoId || read < constants) continue;
        const Slot& slot = program_.slots[read - constants];
        if (slot.last == number && slot.run_output == sdk::kNoId) program_.dying.push_back(read - constants);
      }
      step.num_dying = static_cast<uint32_t>(program_.dying.size()) - step.first_dying;
    }
  }

  const sdk::CompileRequest& request_;
  Program program_;
  std::unordered_map<sdk::ValueId, uint32_t> slots_;
  std::vector<bool> read_;
};

}  // namespace

std::variant<Kernel, sdk::Refusal> make_kernel(const NodeSpec& node) {
  if (node.has_subgraph()) return sdk::Refusal{MORTISE_REFUSAL_OP, "nodes with bodies are run by the host"};
  const OpEntry* entry = find_op(node.domain(), node.op_type(), node.since_version());
  if (entry == nullptr) {
    if (known_at_other_version(node)) {
      return sdk::Refusal{MORTISE_REFUSAL_OPSET,
                          concat(node.op_type(), " is not implemented at version ", node.since_version())};
    }
    return sdk::Refusal{
        MORTISE_REFUSAL_OP,
        concat("there is no kernel for ", node.domain().empty() ? "ai.onnx" : node.domain(), ".", node.op_type())};
  }
  std::string type;
  if (!accepts(*entry, node, type)) {
    return sdk::Refusal{MORTISE_REFUSAL_DTYPE, concat(node.op_type(), " is not implemented for element type ", type)};
  }
  Result<Kernel> kernel = entry->make(node);
  if (kernel.ok()) return std::move(kernel).value();
  const uint32_t code =
      kernel.status().code() == StatusCode::kInvalidArgument ? MORTISE_REFUSAL_ATTRIBUTE : MORTISE_REFUSAL_OTHER;
  return sdk::Refusal{code, kernel.status().message()};
}

std::string Program::subject(const Step& step) const {
  if (step.name_size == 0) return concat("node #", step.node, " (", op_type(step), ")");
  return concat("node '", std::string_view(texts).substr(step.first_text, step.name_size), "' (", op_type(step), ")");
}

Result<Program> make_program(const sdk::CompileRequest& request, bool accumulate_f64) {
  return Builder(request).build(accumulate_f64);
}

}  // namespace mortise::reference
