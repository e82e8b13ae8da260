#include "core/model/functions.h"

#include <algorithm>
#include <limits>

#include "core/infer/operator_table.h"
#include "core/model/convert.h"
#include "core/model/experimental.h"

namespace mortise {
namespace {

// Fields newer than the system's onnx.proto arrive as unknown fields.
constexpr int kFunctionAttributeProto = 11;
constexpr int kFunctionOverload = 13;
constexpr int kNodeOverload = 8;

std::string_view unknown_text(const google::protobuf::Message& message, int field) {
  const auto& unknown = message.GetReflection()->GetUnknownFields(message);
  std::string_view text;
  for (int i = 0; i < unknown.field_count(); ++i) {
    const auto& entry = unknown.field(i);
    if (entry.number() == field && entry.type() == google::protobuf::UnknownField::TYPE_LENGTH_DELIMITED) {
      text = entry.length_delimited();
    }
  }
  return text;
}

std::string key_of(std::string_view domain, std::string_view name, std::string_view overload) {
  return concat(domain_of(domain), '\n', name, '\n', overload);
}

// Of ai.onnx: the newest in which some operator that is known here has changed.
int64_t newest_opset() {
  static const int64_t kNewest = [] {
    int64_t newest = 0;
    for (const infer::Operator& op : infer::operators()) {
      if (!op.domain.empty()) continue;
      const auto version = infer::since_version("", op.name, std::numeric_limits<int32_t>::max());
      newest = std::max<int64_t>(newest, version.value_or(0));
    }
    return newest;
  }();
  return kNewest;
}

// The names of attributes of the caller that nodes refer to.
void add_references(const google::protobuf::RepeatedPtrField<onnx::NodeProto>& nodes,
                    std::set<std::string, std::less<>>& names) {
  for (const onnx::NodeProto& node : nodes) {
    for (const onnx::AttributeProto& attribute : node.attribute()) {
      if (!attribute.ref_attr_name().empty()) names.insert(attribute.ref_attr_name());
      add_references(attribute.g().node(), names);
      for (const onnx::GraphProto& graph : attribute.graphs()) add_references(graph.node(), names);
    }
  }
}

}  // namespace

Result<FunctionTable> FunctionTable::of(onnx::ModelProto& model, int64_t opset) {
  FunctionTable table;
  for (onnx::FunctionProto& proto : *model.mutable_functions()) MORTISE_TRY(table.add(proto));
  if (!model.functions().empty()) return table;
  for (ExperimentalFunction& function : experimental_functions(opset)) {
    MORTISE_TRY(table.add(table.experimental_.emplace_back(std::move(function.proto))));
    Function& added = table.functions_.back();
    for (auto& attribute : function.defaults) {
      added.attributes.insert(attribute.name());
      added.defaults.push_back(std::move(attribute));
    }
  }
  return table;
}

Status FunctionTable::add(onnx::FunctionProto& proto) {
  Function& function = functions_.emplace_back();
  function.proto = &proto;
  if (!by_key_.emplace(key_of(proto.domain(), proto.name(), unknown_text(proto, kFunctionOverload)), &function)
           .second) {
    return invalid_argument("function '", proto.name(), "' is defined twice; remove one definition");
  }
  auto opsets = opset_versions(proto.opset_import());
  if (!opsets.ok()) return std::move(opsets).status().context(concat("function '", proto.name(), "'"));
  function.opsets = *std::move(opsets);
  function.attributes.insert(proto.attribute().begin(), proto.attribute().end());
  add_references(proto.node(), function.attributes);
  const auto& unknown = proto.GetReflection()->GetUnknownFields(proto);
  for (int i = 0; i < unknown.field_count(); ++i) {
    const auto& entry = unknown.field(i);
    if (entry.number() != kFunctionAttributeProto) continue;
    if (entry.type() != google::protobuf::UnknownField::TYPE_LENGTH_DELIMITED ||
        !function.defaults.emplace_back().ParsePartialFromString(entry.length_delimited())) {
      return make_error(StatusCode::kDataLoss, "function '", proto.name(), "': a default attribute is damaged");
    }
    function.attributes.insert(function.defaults.back().name());
  }
  return {};
}

Function* FunctionTable::find(const onnx::NodeProto& node) {
  if (by_key_.empty()) return nullptr;
  const auto found = by_key_.find(key_of(node.domain(), node.op_type(), unknown_text(node, kNodeOverload)));
  return found == by_key_.end() ? nullptr : found->second;
}

Result<std::unordered_map<std::string_view, int64_t>> opset_versions(
    const google::protobuf::RepeatedPtrField<onnx::OperatorSetIdProto>& imports) {
  std::unordered_map<std::string_view, int64_t> versions;
  for (const auto& import : imports) {
    const std::string_view domain = domain_of(import.domain());
    const std::string_view shown = domain.empty() ? "ai.onnx" : domain;
    if (import.version() < 1 || import.version() > std::numeric_limits<int32_t>::max()) {
      return invalid_argument("opset import of '", shown, "' has version ", import.version(),
                              "; it must be a positive 32-bit number");
    }
    if (domain.empty() && import.version() > newest_opset()) {
      return unimplemented("the model is made for opset ", import.version(),
                           ", but what operators mean is known up to ", newest_opset(),
                           " only; export it for that opset, or install a newer Mortise");
    }
    const auto [found, is_new] = versions.emplace(domain, import.version());
    if (!is_new && found->second != import.version()) {
      return invalid_argument("opset '", shown, "' is imported twice, in versions ", found->second, " and ",
                              import.version(), "; keep one");
    }
  }
  return versions;
}

}  // namespace mortise
