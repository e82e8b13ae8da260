// The engine of inference: one pass over the nodes of a graph, bodies on the way.
#include "core/infer/infer.h"

#include <unordered_map>

#include "core/graph/nesting.h"
#include "core/infer/context.h"
#include "core/infer/custom_operators.h"
#include "core/infer/operator_table.h"

namespace mortise::infer {

namespace {

constexpr int64_t kMaxElements = int64_t{1} << 58;  // so that a size in bytes and in bits fits int64

using Bindings = std::unordered_map<std::string_view, int64_t>;

Status check_size(const Type& type) {
  if (!type.dims) return {};
  if (type.dims->size() > kMaxRank) {
    return invalid_argument("the type has ", type.dims->size(), " axes; there can be ", kMaxRank);
  }
  int64_t count = 1;
  for (const Dim& dim : *type.dims) {
    // An empty tensor must not have a huge extent either: the step from one element to the next along an axis is a
    // product.
    if (dim.value > 0) count = saturating_multiply(count, dim.value);
  }
  return count <= kMaxElements ? Status() : invalid_argument("the type ", to_string(type), " has too many elements");
}

// Symbols that are bound become numbers.
Type bind(Type type, const Bindings& bindings) {
  if (bindings.empty()) return type;
  if (type.dims) {
    for (Dim& dim : *type.dims) {
      if (dim.symbol == nullptr) continue;
      if (const auto found = bindings.find(dim.symbol); found != bindings.end()) dim = known_dim(found->second);
    }
  }
  if (type.element) type.element = std::make_shared<const Type>(bind(*type.element, bindings));
  return type;
}

}  // namespace

class Engine {
 public:
  // outer: the engine of the enclosing graph, null for the main graph.
  Engine(const Graph& graph, const Bindings& bindings, const CustomOperators* custom, bool write, const Engine* outer)
      : graph_(graph),
        bindings_(bindings),
        custom_(custom),
        write_(write),
        outer_(outer),
        depth_(outer != nullptr ? outer->depth_ + 1 : 0),
        types_(graph.num_values()) {}

  // inputs: as for infer_with_inputs(); none are given where the graph's own types are all that is known.
  Status run(std::span<const Type> inputs) {
    for (ValueId id = 0; id < graph_.num_values(); ++id) {
      const ValueInfo& value = graph_.value(id);
      types_[id] = is_outer(id) ? outer_->types_[value.outer] : bind(value.type, bindings_);
    }
    for (size_t i = 0; i < inputs.size() && i < graph_.inputs.size(); ++i) {
      MORTISE_TRY(assign(graph_.inputs[i], inputs[i]).context(concat("graph input #", i)));
    }
    std::span<const Type> captured = inputs.subspan(std::min(inputs.size(), graph_.inputs.size()));
    for (ValueId id = 0; id < graph_.num_values() && !captured.empty(); ++id) {
      if (graph_.value(id).outer == kNoId) continue;
      if (captured.front().is_tensor()) types_[id] = captured.front();
      captured = captured.subspan(1);
    }
    for (NodeId id = 0; id < graph_.num_nodes(); ++id) {
      if (!graph_.erased(id)) MORTISE_TRY(run_node(id));
    }
    return {};
  }

  // Infers the nodes from `first` on, which were added after run() with the values that are new.
  Status extend(NodeId first) {
    for (ValueId id = static_cast<ValueId>(types_.size()); id < graph_.num_values(); ++id) {
      types_.push_back(graph_.value(id).type);
    }
    for (NodeId id = first; id < graph_.num_nodes(); ++id) {
      if (!graph_.erased(id)) MORTISE_TRY(run_node(id));
    }
    return {};
  }

  std::vector<Type>& types() { return types_; }
  const Type& type(ValueId id) const { return types_[id]; }
  uint32_t depth() const { return depth_; }
  bool writes() const { return write_; }

  std::optional<Elements> elements(ValueId id) const {
    if (const auto found = elements_.find(id); found != elements_.end()) return found->second;
    if (is_outer(id)) return outer_->elements(graph_.value(id).outer);
    const Tensor* constant = graph_.constant(id);
    return constant != nullptr ? read_elements(*constant) : std::nullopt;
  }

  void set_elements(ValueId id, Elements elements) {
    if (elements.size() <= static_cast<size_t>(kMaxFollowedElements)) elements_[id] = std::move(elements);
  }

  void set_output(NodeId node, ValueId id, const Type& type) {
    if (!fault_.ok()) return;
    Status status = check_size(type);
    if (status.ok()) status = assign(id, type);
    if (!status.ok()) fault_ = std::move(status).context(describe(graph_, node)).at_node(node);
  }

  Result<std::vector<BodyOutput>> infer_body(const Graph& body, std::span<const Type> inputs, bool keep) {
    MORTISE_TRY(check_nesting(depth_ + 1));
    Engine engine(body, bindings_, custom_, write_ && keep, this);
    MORTISE_TRY(engine.run(inputs));
    std::vector<BodyOutput> outputs;
    for (const ValueId id : body.outputs) outputs.push_back({engine.types_[id], engine.elements(id)});
    if (engine.write_) engine.write(body);
    return outputs;
  }

  // Through the const accessor, because changing a type leaves the graph's structure, and its index of consumers,
  // alone.
  void write(const Graph& graph) {
    for (ValueId id = 0; id < graph.num_values(); ++id) {
      const_cast<ValueInfo&>(graph.value(id)).type = std::move(types_[id]);
    }
  }

 private:
  bool is_outer(ValueId id) const { return outer_ != nullptr && graph_.value(id).outer < outer_->graph_.num_values(); }

  Status assign(ValueId id, const Type& type) {
    auto merged = merge(types_[id], type);
    if (!merged.ok()) {
      return std::move(merged).status().context(concat("value '", graph_.value(id).name.view(), "'"));
    }
    types_[id] = std::move(merged).value();
    return {};
  }

  Status run_node(NodeId id) {
    const Node& node = graph_.node(id);
    const Operator* op = find_operator(node.domain, node.op_type);
    if (op == nullptr && custom_ != nullptr) op = custom_->find(node.domain, node.op_type);
    const Signature* signature = op != nullptr ? op->signature(node.since_version) : nullptr;
    if (signature == nullptr) return {};
    InferContext context(*this, graph_, id, *signature);
    MORTISE_TRY(context.check());
    MORTISE_TRY(op->infer(context));
    Status status = context.finish();
    return fault_.ok() ? std::move(status) : std::exchange(fault_, Status());
  }

  const Graph& graph_;
  const Bindings& bindings_;
  const CustomOperators* const custom_;
  const bool write_;
  const Engine* const outer_;
  const uint32_t depth_;
  std::vector<Type> types_;
  std::unordered_map<ValueId, Elements> elements_;
  Status fault_;  // of an output of the node at hand
};

const Type& InferContext::input(uint32_t i) const {
  static const Type kUnknown;
  return has_input(i) ? engine_.type(node().inputs[i]) : kUnknown;
}

std::optional<Elements> InferContext::elements(uint32_t i) const {
  return has_input(i) ? engine_.elements(node().inputs[i]) : std::nullopt;
}

void InferContext::set_output(uint32_t i, const Type& type) {
  if (i < num_outputs() && node().outputs[i] != kNoId) engine_.set_output(id_, node().outputs[i], type);
}

void InferContext::set_elements(uint32_t i, Elements elements) {
  if (i < num_outputs() && node().outputs[i] != kNoId) engine_.set_elements(node().outputs[i], std::move(elements));
}

Status InferContext::finish() {
  for (uint32_t i = 0; i < num_outputs(); ++i) {
    if (node().outputs[i] == kNoId) continue;
    const Type& type = engine_.type(node().outputs[i]);
    if (type.kind == ValueKind::kNone || type.dtype == DType::kUndefined) {
      set_output(i, output_type(signature_, i, types_));
    }
    MORTISE_TRY(check_output(signature_, graph_, id_, i, engine_.type(node().outputs[i])));
  }
  return {};
}

uint32_t InferContext::depth() const { return engine_.depth(); }
bool InferContext::keeps() const { return engine_.writes(); }

Result<std::vector<BodyOutput>> InferContext::infer_body(std::string_view attribute, std::span<const Type> inputs,
                                                         Keep keep) {
  const Graph* body = node().body(attribute);
  if (body == nullptr) return error("it has no body '", attribute, "'");
  if (inputs.size() != body->inputs.size() && !inputs.empty()) {
    return error("its body '", attribute, "' takes ", body->inputs.size(), " inputs, not ", inputs.size());
  }
  auto outputs = engine_.infer_body(*body, inputs, keep == Keep::kYes);
  if (outputs.ok()) return outputs;
  // The node at fault is this one; the sentence goes on to name the one in the body.
  const Status& inner = outputs.status();
  return Status(inner.code(), concat("in '", attribute, "' of ", describe(graph_, id_), ": ", inner.message()))
      .at_node(id_);
}

}  // namespace mortise::infer

namespace mortise {

Status infer_types(Graph& graph, const infer::CustomOperators* custom) {
  const infer::Bindings bindings;
  infer::Engine engine(graph, bindings, custom, true, nullptr);
  MORTISE_TRY(engine.run({}));
  engine.write(graph);
  return {};
}

GrowingInference::GrowingInference(Graph& graph) : graph_(graph) {}
GrowingInference::~GrowingInference() = default;

Status GrowingInference::start() {
  static const infer::Bindings kNone;
  engine_ = std::make_unique<infer::Engine>(graph_, kNone, nullptr, true, nullptr);
  MORTISE_TRY(engine_->run({}));
  for (ValueId id = 0; id < graph_.num_values(); ++id) graph_.value(id).type = engine_->type(id);
  return {};
}

Status GrowingInference::extend(NodeId first) {
  auto known = static_cast<ValueId>(engine_->types().size());
  MORTISE_TRY(engine_->extend(first));
  for (; known < graph_.num_values(); ++known) graph_.value(known).type = engine_->type(known);
  return {};
}

Result<std::vector<Type>> infer_with_inputs(const Graph& graph, std::span<const Type> input_types,
                                            const infer::CustomOperators* custom) {
  infer::Bindings bindings;
  for (size_t i = 0; i < input_types.size() && i < graph.inputs.size(); ++i) {
    const auto& declared = graph.value(graph.inputs[i]).type.dims;
    const auto& given = input_types[i].dims;
    if (!declared || !given || declared->size() != given->size()) continue;
    for (size_t d = 0; d < given->size(); ++d) {
      if ((*declared)[d].symbol == nullptr || !is_known((*given)[d])) continue;
      const auto [bound, added] = bindings.emplace((*declared)[d].symbol, (*given)[d].value);
      if (!added && bound->second != (*given)[d].value) {
        return invalid_argument("input '", graph.value(graph.inputs[i]).name.view(), "' gives '", (*declared)[d].symbol,
                                "' the extent ", (*given)[d].value, ", another input ", bound->second);
      }
    }
  }
  infer::Engine engine(graph, bindings, custom, false, nullptr);
  MORTISE_TRY(engine.run(input_types));
  return std::move(engine.types());
}

}  // namespace mortise
