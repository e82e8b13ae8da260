#include "core/model/import.h"

#include <algorithm>
#include <limits>
#include <unordered_set>

#include "core/gradient/gradient.h"
#include "core/graph/check_value.h"
#include "core/infer/operator_table.h"
#include "core/model/growth.h"
#include "core/model/importer.h"

namespace mortise {
namespace {

constexpr int64_t kNoOnnx = std::numeric_limits<int64_t>::max();

std::string describe(const onnx::NodeProto& node) {
  if (node.name().empty() && node.output_size() != 0) {
    return concat("node that writes '", node.output(0), "' (", node.op_type(), ")");
  }
  return concat("node '", node.name(), "' (", node.op_type(), ")");
}

// Of an operator that exists, though not in this version of its domain.
Status no_version(const infer::Operator& op, int64_t imported) {
  const std::string_view domain = op.domain.empty() ? "ai.onnx" : op.domain;
  if (op.deprecated_since != 0 && imported >= op.deprecated_since) {
    return invalid_argument("its operator is deprecated since version ", op.deprecated_since, " of '", domain,
                            "', and ", imported, " is imported; use ", op.successor, ", or import ",
                            op.deprecated_since - 1);
  }
  const int32_t first = op.signatures.front().since_version;
  return invalid_argument("its operator is there since version ", first, " of '", domain, "', but version ", imported,
                          " is imported; import ", first, " or newer");
}

}  // namespace

Result<Graph> Importer::run() {
  if (proto_.ir_version() < 1 || proto_.ir_version() > 1000) {
    return invalid_argument("IR version ", proto_.ir_version(),
                            " is none of ONNX's; this is no ONNX model, or damaged");
  }
  if (!proto_.has_graph()) return invalid_argument("the model has no graph; this is no ONNX model, or it is cut short");
  MORTISE_ASSIGN(auto versions, opset_versions(proto_.opset_import()));
  if (proto_.ir_version() < 3) versions.emplace("", 1);  // before opset imports there was one version
  const auto onnx = versions.find("");
  MORTISE_ASSIGN(functions_, FunctionTable::of(proto_, onnx == versions.end() ? kNoOnnx : onnx->second));
  auto all_versions = versions;
  for (const auto& function : proto_.functions()) {
    for (const auto& import : function.opset_import())
      all_versions.emplace(domain_of(import.domain()), import.version());
  }
  for (const auto& [domain, version] : all_versions) opsets_.push_back({intern(domain), version});
  std::sort(opsets_.begin(), opsets_.end(),
            [](const Opset& a, const Opset& b) { return a.domain.view() < b.domain.view(); });

  MORTISE_TRY(check_growth(proto_, functions_, opsets_.size(), options_));

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
  const auto nodes = static_cast<size_t>(proto.node_size());
  const size_t values = nodes + static_cast<size_t>(proto.initializer_size());
  scope.names.reserve(values);
  strings_->reserve(nodes + values);
  graph.reserve(nodes, values);
  MORTISE_TRY(import_inputs(proto, scope));
  MORTISE_TRY(import_initializers(proto, scope));
  MORTISE_TRY(import_nodes(*proto.mutable_node(), scope));
  for (const auto& output : proto.output()) {
    if (output.name().empty()) return invalid_argument("an output of graph '", proto.name(), "' has no name");
    const auto id = scope.look_up(output.name());
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
  if (const auto* found = scope.names.find(name)) {
    const ValueId id = found->value.id;
    if (!graph.value(id).is_input || graph.value(id).constant != kNoId) {
      return invalid_argument("it is defined twice; names must be unique");
    }
    Type declared = graph.value(id).type;
    MORTISE_TRY(
        check_value(declared, Value(tensor)).context(concat("the input of this name is ", to_string(declared))));
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
    const auto* found = scope.names.find(info.name());
    if (found == nullptr || found->value.id == kNoId) return {};
    ValueInfo& value = graph.value(found->value.id);
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
  const auto [entry, is_new] = scope.names.insert(name);
  Named& named = entry->value;
  if (!is_new) {
    if (named.defined) return invalid_argument("value '", name, "' is defined twice; names must be unique");
    named.defined = true;
    return named.id;
  }
  const Symbol symbol = scope.prefix.empty() ? intern(name) : intern(scope.prefix + name);
  return named.id = scope.level->graph->add_value(symbol);
}

Result<ValueId> Importer::read(Scope& scope, const std::string& name) {
  if (name.empty()) return kNoId;
  if (const auto id = scope.look_up(name)) return *id;
  return invalid_argument("input '", name,
                          "' is no graph input, initializer or output of a node; the model is incomplete");
}

Result<int64_t> Importer::imported(const onnx::NodeProto& node, const Scope& scope) {
  const std::string_view domain = domain_of(node.domain());
  const auto version = scope.opsets->find(domain);
  if (version != scope.opsets->end()) return version->second;
  return invalid_argument("its domain '", domain.empty() ? "ai.onnx" : domain, "' has no opset import; add one to the ",
                          scope.call == nullptr ? "model" : "function");
}

Status Importer::import_nodes(google::protobuf::RepeatedPtrField<onnx::NodeProto>& nodes, Scope& scope) {
  for (const auto& node : nodes) {
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
  node.domain = intern(domain_of(proto.domain()));
  MORTISE_ASSIGN(const int64_t version, imported(proto, scope));
  node.since_version = since_versions_.resolve(node.domain, node.op_type, version);
  if (node.since_version == 0) return no_version(*infer::find_operator(node.domain, node.op_type), version);
  for (const auto& input : proto.input()) {
    MORTISE_ASSIGN(const ValueId id, read(scope, input));
    node.inputs.push_back(id);
  }
  for (const auto& output : proto.output()) {
    node.outputs.push_back(output.empty() ? kNoId : scope.names.find(output)->value.id);
  }
  std::vector<std::string_view> names;
  node.attributes.reserve(static_cast<size_t>(proto.attribute_size()));
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
  if (gradient::is_gradient(node)) MORTISE_TRY(bind_gradient(node, scope));
  graph.add_node(std::move(node));
  return {};
}

// Constants become no nodes that inference could check.
Status Importer::check_constant(std::string_view attribute, DType dtype, const Scope& scope) {
  const auto import = scope.opsets->find("");
  if (import == scope.opsets->end()) return {};
  const Symbol op_type = intern("Constant");
  // Version 1 has floats only, but even ONNX's own models of that time have integers; version 9 is of the same form.
  const int32_t version = since_versions_.resolve({}, op_type, std::max<int64_t>(import->second, 9));
  const infer::Signature* signature = infer::find_operator({}, op_type)->signature(version);
  return signature == nullptr ? Status() : infer::check_constant(*signature, attribute, dtype);
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
  MORTISE_TRY(check_constant(name, tensor->dtype(), scope));
  scope.level->graph->make_constant(scope.names.find(proto.output(0))->value.id, *std::move(tensor));
  return {};
}

Result<Graph> import_model(ParsedModel& model, const ModelOrigin& origin, const LoadOptions& options) {
  return Importer(model, origin, options).run();
}

}  // namespace mortise
