#include "core/infer/custom_operators.h"

#include <algorithm>
#include <iterator>
#include <mutex>

#include "core/graph/abi_graph.h"
#include "core/graph/copy_node.h"
#include "core/infer/context.h"
#include "mortise/sdk/trampoline.h"

namespace mortise::infer {
namespace {

// Bounds of a type that a provider gives.
constexpr int kMaxTypeDepth = 16;
constexpr int32_t kMaxGivenRank = 256;

// The node of a context alone, with what is known of its inputs.
Result<Graph> graph_of(const InferContext& context) {
  const Graph& graph = context.graph();
  const Node& original = context.node();
  Graph single(std::make_shared<StringTable>());
  for (const Opset& opset : graph.opsets) single.opsets.push_back({single.intern(opset.domain.view()), opset.version});
  Node node = copy_head(original, single);
  for (uint32_t i = 0; i < context.num_inputs(); ++i) {
    if (!context.has_input(i)) {
      node.inputs.push_back(kNoId);
      continue;
    }
    const ValueId id = original.inputs[i];
    const Symbol name = single.intern(graph.value(id).name.view());
    if (const Tensor* constant = graph.constant(id)) {
      node.inputs.push_back(single.add_constant(name, *constant));
    } else {
      node.inputs.push_back(single.add_value(name, context.input(i)));
      single.value(node.inputs.back()).is_input = true;
      single.inputs.push_back(node.inputs.back());
    }
  }
  for (const ValueId output : original.outputs) {
    node.outputs.push_back(output == kNoId ? kNoId : single.add_value(single.intern(graph.value(output).name.view())));
    if (output == kNoId) continue;
    single.value(node.outputs.back()).is_output = true;
    single.outputs.push_back(node.outputs.back());
    single.output_names.push_back(single.value(node.outputs.back()).name);
  }
  single.add_node(std::move(node));
  MORTISE_TRY(single.finalize());
  return single;
}

// The symbol among those of the node's inputs; null if there is none.
const char* find_symbol(const InferContext& context, std::string_view symbol) {
  for (uint32_t i = 0; i < context.num_inputs(); ++i) {
    const Dims* dims = context.dims(i);
    if (dims == nullptr) continue;
    for (const Dim& dim : *dims) {
      if (dim.symbol != nullptr && symbol == dim.symbol) return dim.symbol;
    }
  }
  return nullptr;
}

Result<Type> read_type(const InferContext& context, const mortise_type_t* record, int depth) {
  if (record == nullptr || depth > kMaxTypeDepth) return invalid_argument("a type is missing, or nested too deep");
  Type type;
  type.kind = static_cast<ValueKind>(record->kind);
  type.dtype = static_cast<DType>(record->dtype);
  if (record->kind > MORTISE_TYPE_MAP || (type.dtype != DType::kUndefined && !is_known(type.dtype))) {
    return invalid_argument("kind ", record->kind, " or element type ", record->dtype, " does not exist");
  }
  const bool has_element =
      type.kind == ValueKind::kSequence || type.kind == ValueKind::kOptional || type.kind == ValueKind::kMap;
  if (has_element) {
    MORTISE_ASSIGN(Type element, read_type(context, record->element, depth + 1));
    type.element = std::make_shared<const Type>(std::move(element));
  } else if (type.kind == ValueKind::kTensor && record->rank != MORTISE_UNKNOWN_RANK) {
    if (record->rank < 0 || record->rank > kMaxGivenRank || (record->rank > 0 && record->dims == nullptr)) {
      return invalid_argument("rank ", record->rank, " is not possible, or its extents are missing");
    }
    type.dims.emplace();
    for (const Dim& dim : std::span(record->dims, static_cast<size_t>(record->rank))) {
      if (dim.value < MORTISE_UNKNOWN_DIM) return invalid_argument("an extent is ", dim.value);
      const bool named = !is_known(dim) && dim.symbol != nullptr;
      type.dims->push_back({dim.value, named ? find_symbol(context, dim.symbol) : nullptr});
    }
  }
  return type;
}

struct Sink {
  InferContext& context;
  std::mutex mutex;  // of the context and the next one
  Status fault;

  static mortise_status MORTISE_ABI set_type(const mortise_infer_sink_t* sink, uint32_t output,
                                             const mortise_type_t* record) noexcept {
    auto& self = *static_cast<Sink*>(sink->host_data);
    return sdk::guarded(nullptr, [&]() -> Status {
      const std::lock_guard lock(self.mutex);
      Status status = self.set_type(output, record);
      if (!status.ok() && self.fault.ok()) {
        self.fault = make_error(StatusCode::kInternal, "the provider's infer() gives output ", output,
                                " a type that it cannot have: ", status.message());
      }
      return status;
    });
  }

  Status set_type(uint32_t output, const mortise_type_t* record) {
    if (output >= context.num_outputs()) return invalid_argument("the node has ", context.num_outputs(), " outputs");
    MORTISE_ASSIGN(const Type type, read_type(context, record, 0));
    const Type form = context.form_of_output(output);
    const bool fits = form.kind == ValueKind::kNone || type.kind == ValueKind::kNone || form.kind == type.kind;
    if (!fits || (form.dtype != DType::kUndefined && type.dtype != DType::kUndefined && form.dtype != type.dtype)) {
      return invalid_argument(to_string(type), ", but the operator's form says ", to_string(form));
    }
    context.set_output(output, type);
    return {};
  }
};

Status call(const CustomOperators::Infer& infer, InferContext& context) {
  MORTISE_ASSIGN(const Graph single, graph_of(context));
  const AbiGraph abi(single);
  Sink sink{.context = context, .mutex = {}, .fault = {}};
  const mortise_infer_sink_t table = {.host_data = &sink, .set_type = Sink::set_type};
  Status status = infer(*abi.abi(), table);
  // What the provider did wrong comes before what it says of the node.
  if (!sink.fault.ok()) status = std::move(sink.fault);
  if (status.ok()) return status;
  return make_error(status.code(), describe(context.graph(), context.id()), ": ", status.message())
      .at_node(context.id());
}

}  // namespace

Status CustomOperators::add(const mortise_operator_t& form, Infer infer) {
  const auto text = [](const char* given) { return std::string(given != nullptr ? given : ""); };
  const std::string domain = text(form.domain), name = text(form.op_type);
  if (domain.empty() || domain.starts_with("ai.onnx") || name.empty()) {
    return invalid_argument("operator '", name, "' of the domain '", domain,
                            "': an operator has a name, and a domain that is not ONNX's");
  }
  const std::string what = concat("operator ", domain, ".", name, ", version ", form.since_version);
  if (form.since_version < 1) return invalid_argument(what, ": versions begin at 1");
  auto entry = std::make_unique<Entry>();
  if (const auto found = operators_.find(std::pair(domain, name)); found != operators_.end()) {
    entry = std::move(found->second);
  } else {
    entry->domain = domain;
    entry->name = name;
    entry->op.domain = entry->domain;
    entry->op.name = entry->name;
    entry->op.infer = [self = entry.get()](InferContext& context) {
      return call(self->infer.at(context.version()), context);
    };
  }
  Entry& kept = *(operators_[{domain, name}] = std::move(entry));
  if (kept.infer.contains(form.since_version)) return {};
  const auto keep = [&](const char* given) -> std::string_view {
    return *kept.texts.emplace_back(std::make_unique<std::string>(text(given)));
  };
  auto signature = read_signature(keep(form.inputs), keep(form.outputs), keep(form.attributes), form.since_version);
  if (!signature.ok()) {
    if (kept.infer.empty()) operators_.erase(std::pair(domain, name));
    return std::move(signature).status().context(what);
  }
  kept.op.signatures.push_back(std::move(*signature));
  kept.infer.emplace(form.since_version, std::move(infer));
  return {};
}

void CustomOperators::merge(CustomOperators&& other) {
  operators_.merge(other.operators_);
  for (auto& [key, entry] : other.operators_) {
    Entry& kept = *operators_.at(key);
    for (Signature& signature : entry->op.signatures) {
      const int32_t version = signature.since_version;
      if (!kept.infer.emplace(version, std::move(entry->infer.at(version))).second) continue;
      kept.op.signatures.push_back(std::move(signature));
    }
    std::move(entry->texts.begin(), entry->texts.end(), std::back_inserter(kept.texts));
  }
  other.operators_.clear();
}

const Operator* CustomOperators::find(std::string_view domain, std::string_view op_type) const {
  if (operators_.empty()) return nullptr;
  const auto found = operators_.find(std::pair(std::string(domain), std::string(op_type)));
  return found == operators_.end() ? nullptr : &found->second->op;
}

Status CustomOperators::set_versions(Graph& graph) const {
  if (operators_.empty()) return {};
  for (NodeId id = 0; id < graph.num_nodes(); ++id) {
    Node& node = graph.node(id);
    Status status;
    for_each_body(node, [&](Graph& body) {
      if (status.ok()) status = set_versions(body);
    });
    MORTISE_TRY(std::move(status));
    const auto found = operators_.find(std::pair(std::string(node.domain.view()), std::string(node.op_type.view())));
    if (found == operators_.end()) continue;
    const auto& forms = found->second->infer;
    const auto newer = forms.upper_bound(node.since_version);
    if (newer == forms.begin()) {
      return invalid_argument(describe(graph, id), ": version ", node.since_version, " of the domain '",
                              node.domain.view(), "' is imported; the operator exists from version ", newer->first);
    }
    node.since_version = std::prev(newer)->first;
  }
  return {};
}

}  // namespace mortise::infer
