// SPDX-License-Identifier: Apache-2.0
//
// OperatorLibrary: a provider that is nothing but operators of one's own, each a schema, an inference function and a
// kernel. docs/guide/custom-operators.md shows one from the first line to the run.
//
//   class Ops : public sdk::OperatorLibrary {
//    public:
//     static constexpr mortise_provider_descriptor_t kDescriptor = {…};
//     Ops(const sdk::Host& host, std::string_view options) : OperatorLibrary(host, kOperators, options) {}
//   };
//   MORTISE_PLUGIN(Ops);
#pragma once

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "../ext/operators.h"
#include "provider.h"
#include "tensor.h"
#include "trampoline.h"

namespace mortise::sdk {

// Takes the types of a node's outputs; the symbols in `dims` must come from the node's inputs.
class InferSink {
 public:
  explicit InferSink(const mortise_infer_sink_t* sink) : sink_(sink) {}
  Status set_type(uint32_t output, const mortise_type_t& type) {
    const mortise_status status = sink_->set_type(sink_, output, &type);
    if (status == MORTISE_OK) return {};
    return make_error(static_cast<StatusCode>(MORTISE_STATUS_CODE(status)), "the type of output ", output,
                      " is not one that it can have");
  }
  Status set_tensor(uint32_t output, DType dtype, std::span<const mortise_dim_t> dims) {
    return set_type(output, {.kind = MORTISE_TYPE_TENSOR,
                             .dtype = static_cast<mortise_dtype>(dtype),
                             .rank = static_cast<int32_t>(dims.size()),
                             .reserved = 0,
                             .dims = dims.data(),
                             .element = nullptr});
  }

 private:
  const mortise_infer_sink_t* sink_;
};

// The tensors of one node in one run.
class KernelArgs {
 public:
  // Where an output goes: to an output of the segment, or to memory that the segment keeps for itself.
  struct Target {
    bool wanted = false;
    std::optional<uint64_t> segment_output;
    DType dtype = DType::kUndefined;
    Tensor* temporary = nullptr;
    mortise_tensor_t* written = nullptr;  // its dtype is undefined until there is an output
  };
  KernelArgs(const Host& host, const RunArgs& run, std::span<const mortise_tensor_t* const> inputs,
             std::span<const Target> outputs)
      : host_(host), run_(run), inputs_(inputs), outputs_(outputs) {}

  uint64_t num_inputs() const { return inputs_.size(); }
  bool has_input(uint64_t i) const { return i < inputs_.size() && inputs_[i] != nullptr; }
  // Only if the node has it.
  TensorView input(uint64_t i) const { return TensorView(*inputs_[i]); }
  uint64_t num_outputs() const { return outputs_.size(); }
  // False where nobody reads the output: there is nothing to write.
  bool has_output(uint64_t i) const { return i < outputs_.size() && outputs_[i].wanted; }
  // Memory for an output that the node has, with these dims; once for each.
  Result<mortise_tensor_t> output(uint64_t i, std::span<const int64_t> dims) const {
    if (!has_output(i)) return make_error(StatusCode::kOutOfRange, "the node has no output ", i);
    const Target& target = outputs_[i];
    if (target.segment_output) {
      MORTISE_ASSIGN(*target.written, run_.output(*target.segment_output, dims));
    } else {
      const Shape shape(dims);
      if (target.temporary->dtype() != target.dtype || target.temporary->shape() != shape) {
        MORTISE_ASSIGN(*target.temporary, host_.allocate(target.dtype, shape));
      }
      *target.written = target.temporary->abi();
    }
    return *target.written;
  }
  bool cancelled() const { return run_.cancelled(); }

 private:
  const Host& host_;
  const RunArgs& run_;
  std::span<const mortise_tensor_t* const> inputs_;
  std::span<const Target> outputs_;
};

// One node, compiled. run() is called from any number of threads at once.
class Kernel {
 public:
  virtual ~Kernel() = default;
  virtual Status run(const KernelArgs& args) const = 0;
};

struct OperatorDefinition {
  mortise_operator_t schema;
  // What is known of the outputs; null: what the schema says of element types.
  Status (*infer)(const NodeView& node, InferSink& sink) = nullptr;
  // Reads the node's attributes. The node's types are those known before the run; its kernel must take any that the
  // schema allows.
  Result<std::unique_ptr<Kernel>> (*make_kernel)(const NodeView& node) = nullptr;
};

class OperatorLibrary : public Provider {
 public:
  // The definitions live for ever. options: "{}"; any other are refused, because a library has none.
  OperatorLibrary(const Host& host, std::span<const OperatorDefinition> operators, std::string_view options)
      : Provider(host), operators_(operators) {
    if (options != "{}") throw std::invalid_argument("a library of operators has no options; give it {}");
  }

  std::string describe() const override { return concat(operators_.size(), " operators"); }
  Status claim(const GraphView& graph, ClaimSink& sink) override;
  Result<std::unique_ptr<Session>> compile(const CompileRequest& request) override;
  const void* extension(std::string_view id) override { return id == MORTISE_EXT_OPERATORS ? &kTable : nullptr; }

 private:
  class Program;

  // The newest form of the node's operator that is not above its version.
  const OperatorDefinition* find(const NodeView& node) const {
    const OperatorDefinition* best = nullptr;
    for (const OperatorDefinition& op : operators_) {
      if (node.op_type() != op.schema.op_type || node.domain() != op.schema.domain ||
          op.schema.since_version > node.since_version())
        continue;
      if (best == nullptr || best->schema.since_version < op.schema.since_version) best = &op;
    }
    return best;
  }
  static std::span<const OperatorDefinition> operators_of(const mortise_provider_t* provider) {
    return static_cast<OperatorLibrary&>(*detail::box(provider).provider).operators_;
  }

  static constexpr mortise_provider_operators_t kTable = {
      .num_operators =
          [](const mortise_provider_t* provider) noexcept {
            return static_cast<uint32_t>(operators_of(provider).size());
          },
      .get_operator =
          [](const mortise_provider_t* provider, uint32_t index, mortise_operator_t* op) noexcept {
            const auto operators = operators_of(provider);
            if (index >= operators.size()) return false;
            *op = operators[index].schema;
            return true;
          },
      .infer =
          [](const mortise_provider_t* provider, uint32_t index, const mortise_graph_t* graph,
             const mortise_infer_sink_t* sink, mortise_error_t* error) noexcept {
            return guarded(error, [&]() -> Status {
              const auto operators = operators_of(provider);
              if (index >= operators.size()) return make_error(StatusCode::kNotFound, "there is no operator ", index);
              if (operators[index].infer == nullptr) return {};
              InferSink types(sink);
              return operators[index].infer(NodeView(graph, 0), types);
            });
          },
  };

  std::span<const OperatorDefinition> operators_;
};

inline Status OperatorLibrary::claim(const GraphView& graph, ClaimSink& sink) {
  return claim_each(graph, sink, [&](const NodeView& node, mortise_estimate_t&) -> std::optional<Refusal> {
    if (find(node) == nullptr) {
      return Refusal{MORTISE_REFUSAL_OP, concat("this library has no operator ", node.domain(), ".", node.op_type(),
                                                " of version ", node.since_version())};
    }
    for (const ValueId id : node.outputs()) {
      if (id == kNoId) continue;
      const ValueView value = graph.value(id);
      if (value.is_tensor() && value.dtype() != DType::kUndefined && value.dtype() != DType::kString) continue;
      return Refusal{MORTISE_REFUSAL_DTYPE,
                     concat("output '", value.name(), "' is no tensor of numbers whose element type is known")};
    }
    return std::nullopt;
  });
}

// The nodes of a segment, run one after the other. What passes between them lies in memory that runs hand on.
class OperatorLibrary::Program : public Session {
 public:
  explicit Program(const Host& host) : host_(host) {}
  static Result<std::unique_ptr<Session>> make(const OperatorLibrary& library, const CompileRequest& request) {
    auto program = std::make_unique<Program>(library.host());
    for (const ValueId id : request.inputs()) program->add_value(id);
    for (const ValueId id : request.outputs()) program->segment_outputs_.push_back(program->add_value(id));
    for (const NodeId id : request.nodes()) MORTISE_TRY(program->add_node(library, request, id));
    return std::unique_ptr<Session>(std::move(program));
  }

  Status run(const RunArgs& args) override {
    std::unique_ptr<State> state = take();
    Status status = run_steps(args, *state);
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(state));
    return status;
  }

 private:
  static constexpr uint32_t kNone = UINT32_MAX;

  struct Step {
    std::unique_ptr<Kernel> kernel;
    std::vector<uint32_t> inputs;  // places; kNone: left out
    std::vector<uint32_t> outputs;
    std::vector<DType> dtypes;  // of the outputs
    NodeId node = kNoId;
  };
  // The elements of a constant outlive the graph, its extents do not.
  struct Constant {
    explicit Constant(const TensorView& constant)
        : dims(constant.dims().begin(), constant.dims().end()), tensor(constant.raw()) {
      tensor.dims = dims.data();
    }
    std::vector<int64_t> dims;
    mortise_tensor_t tensor;
  };
  // Memory of one run, by place.
  struct State {
    std::vector<mortise_tensor_t> tensors;
    std::vector<Tensor> temporaries;
    std::vector<const mortise_tensor_t*> inputs;
    std::vector<KernelArgs::Target> outputs;
  };

  uint32_t add_value(ValueId id) {
    return places_.try_emplace(id, static_cast<uint32_t>(places_.size())).first->second;
  }

  Status add_node(const OperatorLibrary& library, const CompileRequest& request, NodeId id) {
    const NodeView node = request.graph().node(id);
    const OperatorDefinition* op = library.find(node);
    if (op == nullptr) return request.refuse(id, MORTISE_REFUSAL_OP, "this library has no such operator");
    Step step;
    step.node = id;
    if (op->make_kernel == nullptr) return request.refuse(id, MORTISE_REFUSAL_OP, "its definition has no make_kernel");
    auto kernel = op->make_kernel(node);
    if (!kernel.ok()) return request.refuse(id, MORTISE_REFUSAL_ATTRIBUTE, kernel.status().message());
    if (*kernel == nullptr) return request.refuse(id, MORTISE_REFUSAL_OTHER, "make_kernel made no kernel");
    step.kernel = std::move(*kernel);
    for (const ValueId value : node.inputs()) {
      step.inputs.push_back(value == kNoId ? kNone : add_value(value));
      if (value == kNoId) continue;
      const ValueView view = request.graph().value(value);
      if (view.is_constant()) constants_.try_emplace(step.inputs.back(), view.constant());
    }
    for (const ValueId value : node.outputs()) {
      step.outputs.push_back(value == kNoId ? kNone : add_value(value));
      step.dtypes.push_back(value == kNoId ? DType::kUndefined : request.graph().value(value).dtype());
    }
    steps_.push_back(std::move(step));
    return {};
  }

  std::unique_ptr<State> take() {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        std::unique_ptr<State> state = std::move(idle_.back());
        idle_.pop_back();
        return state;
      }
    }
    auto state = std::make_unique<State>();
    state->tensors.resize(places_.size());
    state->temporaries.resize(places_.size());
    return state;
  }

  Status run_steps(const RunArgs& args, State& state) const {
    std::fill(state.tensors.begin(), state.tensors.end(), mortise_tensor_t{});
    for (const auto& [place, constant] : constants_) state.tensors[place] = constant.tensor;
    for (uint64_t i = 0; i < args.num_inputs(); ++i) state.tensors[i] = args.input(i).raw();
    for (const Step& step : steps_) {
      if (args.cancelled()) return Status(StatusCode::kCancelled, "the run was cancelled");
      state.inputs.clear();
      for (const uint32_t place : step.inputs) {
        state.inputs.push_back(place == kNone ? nullptr : &state.tensors[place]);
      }
      state.outputs.clear();
      for (size_t i = 0; i < step.outputs.size(); ++i) state.outputs.push_back(target(args, state, step, i));
      MORTISE_TRY(step.kernel->run(KernelArgs(host_, args, state.inputs, state.outputs)).at_node(step.node));
      for (size_t i = 0; i < step.outputs.size(); ++i) {
        if (!state.outputs[i].wanted || state.outputs[i].written->dtype != MORTISE_DTYPE_UNDEFINED) continue;
        return Status(StatusCode::kInternal, concat("the kernel gave no output ", i)).at_node(step.node);
      }
    }
    return {};
  }

  KernelArgs::Target target(const RunArgs& args, State& state, const Step& step, size_t i) const {
    const uint32_t place = step.outputs[i];
    if (place == kNone) return {};
    KernelArgs::Target target{.wanted = true,
                              .segment_output = std::nullopt,
                              .dtype = step.dtypes[i],
                              .temporary = &state.temporaries[place],
                              .written = &state.tensors[place]};
    const auto found = std::find(segment_outputs_.begin(), segment_outputs_.end(), place);
    const auto index = static_cast<uint64_t>(found - segment_outputs_.begin());
    if (found != segment_outputs_.end() && !args.output(index).absent()) target.segment_output = index;
    return target;
  }

  const Host host_;
  std::map<ValueId, uint32_t> places_;  // the segment's inputs first, in their order
  std::map<uint32_t, Constant> constants_;
  std::vector<uint32_t> segment_outputs_;
  std::vector<Step> steps_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<State>> idle_;
};

inline Result<std::unique_ptr<Session>> OperatorLibrary::compile(const CompileRequest& request) {
  return Program::make(*this, request);
}

}  // namespace mortise::sdk
