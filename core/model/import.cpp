#include "core/model/import.h"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "core/model/convert.h"
#include "core/model/functions.h"
#include "core/model/since_version.h"

namespace mortise {
namespace {

template <class T>
using Repeated = google::protobuf::RepeatedPtrField<T>;

std::string describe(const onnx::NodeProto& node) {
  if (node.name().empty() && node.output_size() != 0) {
    return concat("node that writes '", node.output(0), "' (", node.op_type(), ")");
  }
  return concat("node '", node.name(), "' (", node.op_type(), ")");
}

// A graph under construction, and how its outer-scope values are reached.
struct Level {
  Graph* graph;
  Level* parent;
  std::unordered_map<ValueId, ValueId> outer;  // value of the parent's graph -> the one that stands for it here

  // The value that stands here for a value of `owner`, which is this level or encloses it.
  ValueId reach(Level& owner, ValueId id) {
    if (this == &owner || id == kNoId) return id;
    const ValueId above = parent->reach(owner, id);
    const auto [found, is_new] = outer.try_emplace(above, kNoId);
    if (is_new) {
      const ValueInfo& value = parent->graph->value(above);
      found->second = graph->add_value(value.name, value.type);
      graph->value(found->second).outer = above;
    }
    return found->second;
  }
};

struct Scope;

// One call of a function: its attributes, each with the scope that it was written in.
struct Call {
  const Function* function;
  const Call* caller;
  struct Argument {
    onnx::AttributeProto* proto;
    Scope* scope;
  };
  std::unordered_map<std::string_view, Argument> arguments;
};

struct Named {
  ValueId id = kNoId;
  bool defined = true;  // false: bound to a value of the caller, which a node of the function must write
};

// Where names mean something: a graph, or one call of a function (which shares the caller's graph, not its names).
struct Scope {
  Level* level;
  Scope* enclosing;  // whose names are seen too; null for the main graph and for functions
  const Call* call;  // null outside of functions
  const std::unordered_map<std::string_view, int64_t>* opsets;
  std::string prefix;  // of names within an inlined function
  uint32_t depth;
  std::unordered_map<std::string_view, Named> names;
};

class Importer {
 public:
  Importer(onnx::ModelProto& proto, const std::filesystem::path& folder, const LoadOptions& options)
      : proto_(proto), options_(options), tensors_(folder, options), strings_(std::make_shared<StringTable>()) {}

  Result<Graph> run();

 private:
  Status import_graph(onnx::GraphProto& proto, Scope& scope);
  Status import_inputs(onnx::GraphProto& proto, Scope& scope);
  Status import_initializers(onnx::GraphProto& proto, Scope& scope);
  Status import_types(const onnx::GraphProto& proto, Scope& scope);
  Status import_nodes(Repeated<onnx::NodeProto>& nodes, Scope& scope);
  Status import_node(onnx::NodeProto& proto, Scope& scope);
  Status import_constant(onnx::NodeProto& proto, Scope& scope);
  Status inline_call(onnx::NodeProto& proto, Function& function, Scope& scope);

  // lexical: the scope that the attribute was written in; user: that of the node that has it.
  Result<AttributeValue> attribute_value(onnx::AttributeProto& proto, Scope& lexical, Scope& user);
  Result<std::unique_ptr<Graph>> body(onnx::GraphProto& proto, Scope& lexical, Scope& user);
  Result<Tensor> tensor(onnx::TensorProto& proto);
  Result<Tensor> dense(onnx::SparseTensorProto& proto);
  Result<Tensor> constant_value(const std::string& name, onnx::AttributeProto& proto);

  // Follows ref_attr_name. Nothing: the call leaves the attribute out.
  static std::optional<Call::Argument> resolve(onnx::AttributeProto& proto, Scope& scope);
  Result<ValueId> define(Scope& scope, const std::string& name);
  static std::optional<ValueId> look_up(Scope& scope, std::string_view name);
  Result<ValueId> read(Scope& scope, const std::string& name);
  Status charge(const onnx::NodeProto& node);
  Status set_default(Scope& scope, const std::string& name, Tensor tensor);
  Symbol intern(std::string_view text) { return strings_->intern(c_text(text)); }
  std::string unique_prefix(const onnx::NodeProto& node, const Scope& scope);

  onnx::ModelProto& proto_;
  const LoadOptions& options_;
  TensorConverter tensors_;
  std::shared_ptr<StringTable> strings_;
  SinceVersions since_versions_;
  FunctionTable functions_;
  std::vector<Opset> opsets_;
  uint64_t work_ = 0;
  uint32_t inlining_ = 0;  // calls that are open: what they read may be read again
  std::unordered_map<const onnx::TensorProto*, Tensor> shared_tensors_;
  std::unordered_map<const onnx::SparseTensorProto*, Tensor> shared_dense_;
  std::unordered_map<std::string, uint64_t> prefixes_;  // how often each was wanted
};

Result<Graph> Importer::run() {
  if (proto_.ir_version() < 1 || proto_.ir_version() > 1000) {
    return invalid_argument("IR version ", proto_.ir_version(),
                            " is none of ONNX's; this is no ONNX model, or damaged");
  }
  if (!proto_.has_graph()) return invalid_argument("the model has no graph; this is no ONNX model, or it is cut short");
  MORTISE_ASSIGN(auto versions, opset_versions(proto_.opset_import()));
  if (proto_.ir_version() < 3) versions.emplace("", 1);  // before opset imports there was one version
  MORTISE_ASSIGN(functions_, FunctionTable::of(proto_));
  auto all_versions = versions;
  for (const auto& function : proto_.functions()) {
    for (const auto& import : function.opset_import())
      all_versions.emplace(domain_of(import.domain()), import.version());
  }
  for (const auto& [domain, version] : all_versions) opsets_.push_back({intern(domain), version});
  std::sort(opsets_.begin(), opsets_.end(),
            [](const Opset& a, const Opset& b) { return a.domain.view() < b.domain.view(); });

  Graph graph(strings_);
  Level level{&graph, nullptr, {}};
  Scope scope{&level, nullptr, nullptr, &versions, "", 0, {}};
  MORTISE_TRY(import_graph(*proto_.mutable_graph(), scope));
  MORTISE_TRY(graph.finalize());
  return graph;
}

Status Importer::import_graph(onnx::GraphProto& proto, Scope& scope) {
  Graph& graph = *scope.level->graph;
  graph.name = intern(proto.name());
  graph.opsets = opsets_;
  if (inlining_ != 0) {
    work_ += static_cast<uint64_t>(proto.input_size()) + static_cast<uint64_t>(proto.output_size()) +
             static_cast<uint64_t>(proto.initializer_size()) + static_cast<uint64_t>(proto.sparse_initializer_size()) +
             static_cast<uint64_t>(proto.value_info_size());
  }
  scope.names.reserve(static_cast<size_t>(proto.node_size()) + static_cast<size_t>(proto.initializer_size()));
  MORTISE_TRY(import_inputs(proto, scope));
  MORTISE_TRY(import_initializers(proto, scope));
  MORTISE_TRY(import_nodes(*proto.mutable_node(), scope));
  for (const auto& output : proto.output()) {
    if (output.name().empty()) return invalid_argument("an output of graph '", proto.name(), "' has no name");
    const auto id = look_up(scope, output.name());
    if (!id || *id == kNoId) {
      return invalid_argument("graph output '", output.name(), "' is written by no node; the model is incomplete");
    }
    graph.outputs.push_back(*id);
    graph.output_names.push_back(intern(output.name()));
  }
  return import_types(proto, scope);
}

Status Importer::import_inputs(onnx::GraphProto& proto, Scope& scope) {
  Graph& graph = *scope.level->graph;
  std::unordered_set<std::string_view> constants;
  if (proto_.ir_version() < 4) {
    // Every initializer had to be an input too; nobody meant a default by that.
    for (const auto& initializer : proto.initializer()) constants.insert(initializer.name());
    for (const auto& initializer : proto.sparse_initializer()) constants.insert(initializer.values().name());
  }
  for (const auto& input : proto.input()) {
    if (constants.contains(input.name())) continue;
    if (input.name().empty()) return invalid_argument("an input of graph '", proto.name(), "' has no name");
    auto type = to_type(input.type(), *strings_);
    if (!type.ok()) return std::move(type).status().context(concat("graph input '", input.name(), "'"));
    MORTISE_ASSIGN(const ValueId id, define(scope, input.name()));
    graph.value(id).type = *std::move(type);
    graph.value(id).is_input = true;
    graph.inputs.push_back(id);
  }
  return {};
}

Status Importer::set_default(Scope& scope, const std::string& name, Tensor tensor) {
  Graph& graph = *scope.level->graph;
  if (const auto found = scope.names.find(name); found != scope.names.end()) {
    const ValueId id = found->second.id;
    if (!graph.value(id).is_input || graph.value(id).constant != kNoId) {
      return invalid_argument("it is defined twice; names must be unique");
    }
    Type declared = graph.value(id).type;
    graph.make_constant(id, std::move(tensor));
    if (declared.kind != ValueKind::kNone) graph.value(id).type = std::move(declared);
    return {};
  }
  MORTISE_ASSIGN(const ValueId id, define(scope, name));
  graph.make_constant(id, std::move(tensor));
  return {};
}

Status Importer::import_initializers(onnx::GraphProto& proto, Scope& scope) {
  const auto add = [&](const std::string& name, Result<Tensor> tensor) -> Status {
    Status status = tensor.ok() ? set_default(scope, name, *std::move(tensor)) : std::move(tensor).status();
    return std::move(status).context(concat("initializer '", name, "'"));
  };
  for (auto& initializer : *proto.mutable_initializer()) MORTISE_TRY(add(initializer.name(), tensor(initializer)));
  for (auto& initializer : *proto.mutable_sparse_initializer()) {
    const std::string& name = initializer.values().name();  // kept in scope.names
    MORTISE_TRY(add(name, dense(initializer)));
  }
  return {};
}

Status Importer::import_types(const onnx::GraphProto& proto, Scope& scope) {
  Graph& graph = *scope.level->graph;
  const auto declare = [&](const onnx::ValueInfoProto& info) -> Status {
    const auto found = scope.names.find(info.name());
    if (found == scope.names.end() || found->second.id == kNoId) return {};
    ValueInfo& value = graph.value(found->second.id);
    if (value.constant != kNoId || value.type.kind != ValueKind::kNone) return {};
    auto type = to_type(info.type(), *strings_);
    if (!type.ok()) return std::move(type).status().context(concat("value '", info.name(), "'"));
    value.type = *std::move(type);
    return {};
  };
  for (const auto& info : proto.output()) MORTISE_TRY(declare(info));
  for (const auto& info : proto.value_info()) MORTISE_TRY(declare(info));
  return {};
}

Result<ValueId> Importer::define(Scope& scope, const std::string& name) {
  const auto [found, is_new] = scope.names.try_emplace(name);
  if (!is_new) {
    if (found->second.defined) return invalid_argument("value '", name, "' is defined twice; names must be unique");
    found->second.defined = true;
    return found->second.id;
  }
  const Symbol symbol = scope.prefix.empty() ? intern(name) : intern(scope.prefix + name);
  return found->second.id = scope.level->graph->add_value(symbol);
}

std::optional<ValueId> Importer::look_up(Scope& scope, std::string_view name) {
  for (Scope* s = &scope; s != nullptr; s = s->enclosing) {
    if (const auto found = s->names.find(name); found != s->names.end()) {
      return scope.level->reach(*s->level, found->second.id);
    }
  }
  return std::nullopt;
}

Result<ValueId> Importer::read(Scope& scope, const std::string& name) {
  if (name.empty()) return kNoId;
  if (const auto id = look_up(scope, name)) return *id;
  return invalid_argument("input '", name,
                          "' is no graph input, initializer or output of a node; the model is incomplete");
}

// A node counts once; inside functions, whose nodes may be imported many times, long lists count too.
Status Importer::charge(const onnx::NodeProto& node) {
  ++work_;
  if (inlining_ != 0) {
    uint64_t size = static_cast<uint64_t>(node.input_size()) + static_cast<uint64_t>(node.output_size());
    for (const auto& attribute : node.attribute()) {
      size += 1 + attribute.s().size() / 8 + static_cast<uint64_t>(attribute.ints_size()) +
              static_cast<uint64_t>(attribute.floats_size()) + static_cast<uint64_t>(attribute.strings_size()) +
              static_cast<uint64_t>(attribute.tensors_size()) + static_cast<uint64_t>(attribute.type_protos_size());
    }
    work_ += size / 32;
  }
  if (work_ <= options_.max_nodes) return {};
  return make_error(StatusCode::kResourceExhausted, "the model has more than ", options_.max_nodes,
                    " nodes once its functions are inlined; raise max_nodes to load it");
}

Status Importer::import_nodes(Repeated<onnx::NodeProto>& nodes, Scope& scope) {
  for (const auto& node : nodes) {
    MORTISE_TRY(charge(node));
    for (const auto& output : node.output()) {
      if (output.empty()) continue;
      if (auto id = define(scope, output); !id.ok()) return std::move(id).status().context(describe(node));
    }
  }
  for (auto& node : nodes) {
    Status status;
    if (Function* function = functions_.find(node)) {
      status = inline_call(node, *function, scope);
    } else if (node.op_type() == "Constant" && domain_of(node.domain()).empty()) {
      status = import_constant(node, scope);
    } else {
      status = import_node(node, scope);
    }
    if (!status.ok()) return std::move(status).context(describe(node));
  }
  return {};
}

Status Importer::import_node(onnx::NodeProto& proto, Scope& scope) {
  Graph& graph = *scope.level->graph;
  Node node;
  node.op_type = intern(proto.op_type());
  if (node.op_type.empty()) return invalid_argument("it has no op_type; the model is damaged");
  node.name = scope.prefix.empty() ? intern(proto.name()) : intern(scope.prefix + proto.name());
  const std::string_view domain = domain_of(proto.domain());
  node.domain = intern(domain);
  const auto version = scope.opsets->find(domain);
  if (version == scope.opsets->end()) {
    return invalid_argument("its domain '", domain.empty() ? "ai.onnx" : domain,
                            "' has no opset import; add one to the model");
  }
  node.since_version = since_versions_.resolve(node.domain, node.op_type, version->second);
  for (const auto& input : proto.input()) {
    MORTISE_ASSIGN(const ValueId id, read(scope, input));
    node.inputs.push_back(id);
  }
  for (const auto& output : proto.output()) {
    node.outputs.push_back(output.empty() ? kNoId : scope.names.find(output)->second.id);
  }
  std::vector<std::string_view> names;
  for (auto& attribute : *proto.mutable_attribute()) {
    names.push_back(attribute.name());
    const auto argument = resolve(attribute, scope);
    if (!argument) continue;
    auto value = attribute_value(*argument->proto, *argument->scope, scope);
    if (!value.ok()) return std::move(value).status().context(concat("attribute '", attribute.name(), "'"));
    node.attributes.push_back({intern(attribute.name()), *std::move(value)});
  }
  std::sort(names.begin(), names.end());
  if (const auto twice = std::adjacent_find(names.begin(), names.end()); twice != names.end()) {
    return invalid_argument("attribute '", *twice, "' is there twice; remove one");
  }
  graph.add_node(std::move(node));
  return {};
}

std::optional<Call::Argument> Importer::resolve(onnx::AttributeProto& proto, Scope& scope) {
  if (proto.ref_attr_name().empty() || scope.call == nullptr) return Call::Argument{&proto, &scope};
  const auto found = scope.call->arguments.find(proto.ref_attr_name());
  if (found == scope.call->arguments.end()) return std::nullopt;
  return found->second;
}

Result<Tensor> Importer::tensor(onnx::TensorProto& proto) {
  if (inlining_ == 0) return tensors_.tensor(proto);
  if (const auto found = shared_tensors_.find(&proto); found != shared_tensors_.end()) return found->second;
  MORTISE_ASSIGN(Tensor tensor, tensors_.tensor(proto));
  return shared_tensors_[&proto] = std::move(tensor);
}

Result<Tensor> Importer::dense(onnx::SparseTensorProto& proto) {
  if (inlining_ == 0) return tensors_.dense(proto);
  if (const auto found = shared_dense_.find(&proto); found != shared_dense_.end()) return found->second;
  MORTISE_ASSIGN(Tensor tensor, tensors_.dense(proto));
  return shared_dense_[&proto] = std::move(tensor);
}

Result<std::unique_ptr<Graph>> Importer::body(onnx::GraphProto& proto, Scope& lexical, Scope& user) {
  if (user.depth + 1 > options_.max_nesting_depth) {
    return make_error(StatusCode::kResourceExhausted, "bodies are nested deeper than ", options_.max_nesting_depth,
                      " levels; raise max_nesting_depth to load the model");
  }
  auto graph = std::make_unique<Graph>(strings_);
  Level level{graph.get(), user.level, {}};
  Scope scope{&level, &lexical, lexical.call, lexical.opsets, user.prefix, user.depth + 1, {}};
  MORTISE_TRY(import_graph(proto, scope));
  return graph;
}

Result<AttributeValue> Importer::attribute_value(onnx::AttributeProto& proto, Scope& lexical, Scope& user) {
  using Proto = onnx::AttributeProto;
  // Files of IR version 1 do not say which field they use.
  auto type = proto.type();
  if (type == Proto::UNDEFINED) {
    type = proto.has_f()               ? Proto::FLOAT
           : proto.has_i()             ? Proto::INT
           : proto.has_s()             ? Proto::STRING
           : proto.has_t()             ? Proto::TENSOR
           : proto.has_g()             ? Proto::GRAPH
           : proto.floats_size() != 0  ? Proto::FLOATS
           : proto.ints_size() != 0    ? Proto::INTS
           : proto.strings_size() != 0 ? Proto::STRINGS
                                       : Proto::UNDEFINED;
  }
  // Converts each message of a repeated field.
  const auto each = [](auto& messages, auto convert) -> Result<AttributeValue> {
    std::vector<std::decay_t<decltype(convert(messages[0]).value())>> values;
    values.reserve(static_cast<size_t>(messages.size()));
    for (auto& message : messages) {
      MORTISE_ASSIGN(auto value, convert(message));
      values.push_back(std::move(value));
    }
    return AttributeValue(std::move(values));
  };
  const auto one = [](auto result) -> Result<AttributeValue> {
    if (!result.ok()) return std::move(result).status();
    return AttributeValue(*std::move(result));
  };
  const auto to_sparse = [&](onnx::SparseTensorProto& sparse) -> Result<SparseTensor> {
    if (inlining_ != 0) {
      onnx::SparseTensorProto copy = sparse;
      return tensors_.sparse(copy);
    }
    return tensors_.sparse(sparse);
  };
  switch (type) {
    case Proto::FLOAT:
      return AttributeValue(proto.f());
    case Proto::INT:
      return AttributeValue(static_cast<int64_t>(proto.i()));
    case Proto::STRING:
      return AttributeValue(proto.s());
    case Proto::TENSOR:
      return one(tensor(*proto.mutable_t()));
    case Proto::GRAPH:
      return one(body(*proto.mutable_g(), lexical, user));
    case Proto::FLOATS:
      return AttributeValue(std::vector<float>(proto.floats().begin(), proto.floats().end()));
    case Proto::INTS:
      return AttributeValue(std::vector<int64_t>(proto.ints().begin(), proto.ints().end()));
    case Proto::STRINGS:
      return AttributeValue(std::vector<std::string>(proto.strings().begin(), proto.strings().end()));
    case Proto::TENSORS:
      return each(*proto.mutable_tensors(), [&](onnx::TensorProto& t) { return tensor(t); });
    case Proto::GRAPHS:
      return each(*proto.mutable_graphs(), [&](onnx::GraphProto& g) { return body(g, lexical, user); });
    case Proto::SPARSE_TENSOR:
      return one(to_sparse(*proto.mutable_sparse_tensor()));
    case Proto::SPARSE_TENSORS:
      return each(*proto.mutable_sparse_tensors(), to_sparse);
    case Proto::TYPE_PROTO:
      return one(to_type(proto.tp(), *strings_));
    case Proto::TYPE_PROTOS:
      return each(proto.type_protos(), [&](const onnx::TypeProto& t) { return to_type(t, *strings_); });
    default:
      return invalid_argument("it has no type and no value; the model is damaged");
  }
}

Result<Tensor> Importer::constant_value(const std::string& name, onnx::AttributeProto& proto) {
  if (name == "value") return tensor(*proto.mutable_t());
  if (name == "sparse_value") return dense(*proto.mutable_sparse_tensor());
  if (name == "value_float") return Tensor::of<float>({}, {proto.f()});
  if (name == "value_int") return Tensor::of<int64_t>({}, {proto.i()});
  if (name == "value_string") return Tensor::strings({}, {proto.s()});
  if (name == "value_floats") {
    return Tensor::of<float>({proto.floats_size()},
                             std::span(proto.floats().data(), static_cast<size_t>(proto.floats_size())));
  }
  if (name == "value_ints") {
    const std::vector<int64_t> ints(proto.ints().begin(), proto.ints().end());
    return Tensor::of<int64_t>({proto.ints_size()}, ints);
  }
  if (name == "value_strings") {
    return Tensor::strings({proto.strings_size()}, {proto.strings().begin(), proto.strings().end()});
  }
  return invalid_argument("attribute '", name, "' is none that Constant has");
}

Status Importer::import_constant(onnx::NodeProto& proto, Scope& scope) {
  if (proto.input_size() != 0 || proto.output_size() != 1 || proto.attribute_size() != 1) {
    return invalid_argument("a Constant has no input, one output and one attribute; this one has ", proto.input_size(),
                            ", ", proto.output_size(), " and ", proto.attribute_size());
  }
  if (proto.output(0).empty()) return {};
  const std::string& name = proto.attribute(0).name();
  const auto argument = resolve(*proto.mutable_attribute(0), scope);
  if (!argument) {
    return invalid_argument("the call gives no attribute '", proto.attribute(0).ref_attr_name(),
                            "', nor is there a default");
  }
  auto tensor = constant_value(name, *argument->proto);
  if (!tensor.ok()) return std::move(tensor).status().context(concat("attribute '", name, "'"));
  scope.level->graph->make_constant(scope.names.find(proto.output(0))->second.id, *std::move(tensor));
  return {};
}

std::string Importer::unique_prefix(const onnx::NodeProto& node, const Scope& scope) {
  const std::string base = scope.prefix + (node.name().empty() ? node.op_type() : node.name());
  std::string prefix = base;
  for (uint64_t& n = prefixes_[base]; n++ != 0;) {
    prefix = concat(base, '#', n);
    if (prefixes_.try_emplace(prefix, 1).second) break;
  }
  return prefix + "/";
}

Status Importer::inline_call(onnx::NodeProto& proto, Function& function, Scope& scope) {
  const onnx::FunctionProto& callee = *function.proto;
  if (scope.depth + 1 > options_.max_nesting_depth) {
    return make_error(StatusCode::kResourceExhausted, "calls and bodies are nested deeper than ",
                      options_.max_nesting_depth, " levels; raise max_nesting_depth to load the model");
  }
  std::string chain = callee.name();
  for (const Call* call = scope.call; call != nullptr; call = call->caller) {
    chain = concat(call->function->proto->name(), " -> ", chain);
    if (call->function == &function)
      return invalid_argument("function calls itself: ", chain, "; ONNX forbids recursion");
  }
  if (proto.input_size() > callee.input_size() || proto.output_size() > callee.output_size()) {
    return invalid_argument("it has ", proto.input_size(), " inputs and ", proto.output_size(),
                            " outputs, but function '", callee.name(), "' has ", callee.input_size(), " and ",
                            callee.output_size());
  }
  work_ += static_cast<uint64_t>(callee.input_size() + callee.output_size() + callee.attribute_size()) / 32;

  Call call{&function, scope.call, {}};
  Scope inner{scope.level, nullptr, &call, &function.opsets, unique_prefix(proto, scope), scope.depth + 1, {}};
  for (auto& attribute : *proto.mutable_attribute()) {
    if (const auto argument = resolve(attribute, scope)) call.arguments.emplace(attribute.name(), *argument);
  }
  for (auto& attribute : function.defaults)
    call.arguments.try_emplace(attribute.name(), Call::Argument{&attribute, &inner});
  for (int i = 0; i < callee.input_size(); ++i) {
    ValueId id = kNoId;
    if (i < proto.input_size()) {
      MORTISE_ASSIGN(id, read(scope, proto.input(i)));
    }
    if (!inner.names.try_emplace(callee.input(i), Named{id, true}).second) {
      return invalid_argument("function '", callee.name(), "' has two inputs '", callee.input(i), "'");
    }
  }
  Graph& graph = *scope.level->graph;
  std::vector<std::pair<std::string_view, ValueId>>
      copies;  // outputs that no node of the function writes for themselves
  for (int i = 0; i < callee.output_size(); ++i) {
    if (i >= proto.output_size() || proto.output(i).empty()) continue;
    const ValueId target = scope.names.find(proto.output(i))->second.id;
    const bool bound = inner.names.try_emplace(callee.output(i), Named{target, false}).second;
    if (!bound) copies.emplace_back(callee.output(i), target);
  }
  ++inlining_;
  Status status = import_nodes(*function.proto->mutable_node(), inner);
  --inlining_;
  if (!status.ok()) return std::move(status).context(concat("function '", callee.name(), "'"));
  for (const auto& [name, named] : inner.names) {
    if (!named.defined)
      return invalid_argument("function '", callee.name(), "' does not write its output '", name, "'");
  }
  for (const auto& [name, target] : copies) {
    const ValueId source = inner.names.find(name)->second.id;
    if (source == kNoId) {
      return invalid_argument("function '", callee.name(), "' returns its input '", name,
                              "', which the call leaves out");
    }
    Node identity;
    identity.name = intern(concat(inner.prefix, name));
    identity.op_type = intern("Identity");
    const auto version = function.opsets.find("");
    identity.since_version =
        since_versions_.resolve({}, identity.op_type, version == function.opsets.end() ? 1 : version->second);
    identity.inputs = {source};
    identity.outputs = {target};
    graph.add_node(std::move(identity));
  }
  return {};
}

}  // namespace
Result<Graph> import_model(onnx::ModelProto& proto, const std::filesystem::path& folder, const LoadOptions& options) {
  return Importer(proto, folder, options).run();
}

}  // namespace mortise
