// SPDX-License-Identifier: Apache-2.0
//
// See compiler.h.
#include "compiler.h"

#include <unordered_map>

#include "lower.h"
#include "passes/pass.h"

namespace mortise::neon {
namespace {

class Compiler {
 public:
  Compiler(const sdk::CompileRequest& request, const Options& options) : request_(request), options_(options) {}

  Result<Program> run(const sdk::Host& host) {
    for (const sdk::ValueId id : request_.inputs()) {
      const uint32_t v = add_value(id);
      program_.values[v].origin = Origin::kInput;
      program_.values[v].port = static_cast<uint32_t>(program_.inputs.size());
      program_.inputs.push_back(v);
    }
    for (const sdk::NodeId id : request_.nodes()) MORTISE_TRY(add_node(id));
    for (const sdk::ValueId id : request_.outputs()) {
      const auto found = values_.find(id);
      if (found == values_.end()) return invalid_argument("no node of the segment writes output value ", id);
      program_.values[found->second].output = static_cast<uint32_t>(program_.outputs.size());
      program_.outputs.push_back(found->second);
    }
    if (options_.fuse) run_passes(program_, request_.graph());
    for (Step& step : program_.steps) {
      if (Status status = step.op->prepare(host); !status.ok()) {
        return std::move(status).context(step.name).at_node(step.nodes.back());
      }
    }
    return std::move(program_);
  }

 private:
  Status add_node(sdk::NodeId id) {
    auto lowered = lower(request_.graph(), request_.graph().node(id), options_);
    if (const auto* refusal = std::get_if<sdk::Refusal>(&lowered)) return request_.refuse(id, *refusal);
    auto& made = std::get<Lowered>(lowered);
    Step step{.op = std::move(made.op), .nodes = {id}, .name = std::string(request_.graph().node(id).op_type())};
    for (const sdk::ValueId input : made.inputs) {
      MORTISE_ASSIGN(const uint32_t v, value_to_read(input));
      step.inputs.push_back(v);
    }
    for (const sdk::ValueId output : made.outputs) step.outputs.push_back(add_value(output));
    program_.steps.push_back(std::move(step));
    return {};
  }

  Result<uint32_t> value_to_read(sdk::ValueId id) {
    if (const auto found = values_.find(id); found != values_.end()) return found->second;
    const sdk::ValueView value = request_.graph().value(id);
    if (!value.is_constant()) {
      return invalid_argument("'", value.name(), "' is neither constant, nor an input, nor written in the segment");
    }
    const uint32_t v = add_value(id);
    program_.values[v].origin = Origin::kConstant;
    program_.values[v].constant = value.constant().raw().data;
    program_.values[v].constant_shape = Shape(value.constant().dims());
    return v;
  }

  uint32_t add_value(sdk::ValueId id) {
    const auto v = static_cast<uint32_t>(program_.values.size());
    program_.values.push_back({.id = id, .dtype = request_.graph().value(id).dtype()});
    values_[id] = v;
    return v;
  }

  const sdk::CompileRequest& request_;
  const Options& options_;
  Program program_;
  std::unordered_map<sdk::ValueId, uint32_t> values_;
};

}  // namespace

Result<Program> compile_program(const sdk::CompileRequest& request, const sdk::Host& host, const Options& options) {
  return Compiler(request, options).run(host);
}

}  // namespace mortise::neon
