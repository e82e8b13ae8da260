// Calls of the model's own functions: their nodes are imported into the graph of the caller.
#include <limits>

#include "core/graph/nesting.h"
#include "core/model/importer.h"

namespace mortise {
namespace {

// Every name of a call has the prefix, so it must not grow with how deep calls are nested.
constexpr size_t kMaxPrefix = 200;

// The beginning of the text, of whole characters.
std::string short_prefix(std::string text) {
  if (text.size() <= kMaxPrefix) return text;
  size_t size = kMaxPrefix;
  while (size != 0 && (static_cast<uint8_t>(text[size]) & 0xC0U) == 0x80U) --size;
  text.resize(size);
  return text;
}

// A misspelt attribute would leave the right one at its default.
Status check_attributes(const onnx::NodeProto& call, const Function& function) {
  for (const auto& attribute : call.attribute()) {
    if (function.attributes.contains(attribute.name())) continue;
    std::string names;
    for (const std::string& name : function.attributes) names.append(names.empty() ? "; it has " : ", ").append(name);
    return invalid_argument("function '", function.proto->name(), "' has no attribute '", attribute.name(), "'", names);
  }
  return {};
}

}  // namespace

std::string Importer::unique_prefix(const onnx::NodeProto& node, const Scope& scope) {
  const std::string base = short_prefix(scope.prefix + (node.name().empty() ? node.op_type() : node.name()));
  std::string prefix = base;
  for (uint64_t& n = prefixes_[base]; n++ != 0;) {
    prefix = concat(base, '#', n);
    if (prefixes_.try_emplace(prefix, 1).second) break;
  }
  return prefix + "/";
}

Status Importer::inline_call(onnx::NodeProto& proto, Function& function, Scope& scope) {
  const onnx::FunctionProto& callee = *function.proto;
  MORTISE_TRY(check_nesting(scope.depth + 1));
  MORTISE_TRY(imported(proto, scope).status());
  if (proto.input_size() > callee.input_size() || proto.output_size() > callee.output_size()) {
    return invalid_argument("it has ", proto.input_size(), " inputs and ", proto.output_size(),
                            " outputs, but function '", callee.name(), "' has ", callee.input_size(), " and ",
                            callee.output_size());
  }

  MORTISE_TRY(check_attributes(proto, function));
  Call call;
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
    if (!inner.names.insert(callee.input(i), {id, true}).second) {
      return invalid_argument("function '", callee.name(), "' has two inputs '", callee.input(i), "'");
    }
  }
  Graph& graph = *scope.level->graph;
  std::vector<std::pair<std::string_view, ValueId>>
      copies;  // outputs that no node of the function writes for themselves
  for (int i = 0; i < callee.output_size(); ++i) {
    if (i >= proto.output_size() || proto.output(i).empty()) continue;
    const ValueId target = scope.names.find(proto.output(i))->value.id;
    const bool bound = inner.names.insert(callee.output(i), {target, false}).second;
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
    const ValueId source = inner.names.find(name)->value.id;
    if (source == kNoId) {
      return invalid_argument("function '", callee.name(), "' returns its input '", name,
                              "', which the call leaves out");
    }
    Node identity;
    identity.name = intern(concat(inner.prefix, name));
    identity.op_type = intern("Identity");
    // A function without operators of ai.onnx may pass on what only the newest version takes.
    const auto version = function.opsets.find("");
    identity.since_version = since_versions_.resolve(
        {}, identity.op_type, version == function.opsets.end() ? std::numeric_limits<int32_t>::max() : version->second);
    identity.inputs = {source};
    identity.outputs = {target};
    graph.add_node(std::move(identity));
  }
  return {};
}

}  // namespace mortise
