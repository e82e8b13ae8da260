#include "core/model/export.h"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <unordered_set>

#include "core/model/since_version.h"

namespace mortise {
namespace {

// The oldest IR version that a model of this opset may have; older readers refuse a newer one.
int64_t ir_version_of(const Graph& graph) {
  int64_t opset = 0;
  for (const Opset& import : graph.opsets) {
    if (import.domain.empty()) opset = import.version;
  }
  return opset <= 18 ? 8 : opset <= 20 ? 9 : opset <= 22 ? 10 : 11;
}

void to_proto(const Tensor& tensor, onnx::TensorProto& proto) {
  proto.set_data_type(static_cast<int32_t>(tensor.dtype()));
  for (const int64_t extent : tensor.shape()) proto.add_dims(extent);
  if (tensor.dtype() == DType::kString) {
    for (const auto& text : tensor.elements<mortise_string_t>()) proto.add_string_data(text.data, text.size);
  } else {
    proto.set_raw_data(tensor.raw(), tensor.size_bytes());
  }
}

void to_proto(const SparseTensor& sparse, onnx::SparseTensorProto& proto) {
  to_proto(sparse.values, *proto.mutable_values());
  to_proto(sparse.indices, *proto.mutable_indices());
  for (const int64_t extent : sparse.shape) proto.add_dims(extent);
}

template <class TensorType>
void to_tensor_proto(const Type& type, TensorType& proto) {
  proto.set_elem_type(static_cast<int32_t>(type.dtype));
  if (!type.dims) return;
  auto* shape = proto.mutable_shape();
  for (const Dim& dim : *type.dims) {
    auto* extent = shape->add_dim();
    if (is_known(dim)) extent->set_dim_value(dim.value);
    if (!is_known(dim) && dim.symbol != nullptr) extent->set_dim_param(dim.symbol);
  }
}

void to_proto(const Type& type, onnx::TypeProto& proto) {
  switch (type.kind) {
    case ValueKind::kNone:
      return;
    case ValueKind::kTensor:
      return to_tensor_proto(type, *proto.mutable_tensor_type());
    case ValueKind::kSparseTensor:
      return to_tensor_proto(type, *proto.mutable_sparse_tensor_type());
    case ValueKind::kSequence: {
      auto* element = proto.mutable_sequence_type()->mutable_elem_type();
      return type.element ? to_proto(*type.element, *element) : void();
    }
    case ValueKind::kOptional: {
      auto* element = proto.mutable_optional_type()->mutable_elem_type();
      return type.element ? to_proto(*type.element, *element) : void();
    }
    case ValueKind::kMap: {
      proto.mutable_map_type()->set_key_type(static_cast<int32_t>(type.dtype));
      auto* value = proto.mutable_map_type()->mutable_value_type();
      return type.element ? to_proto(*type.element, *value) : void();
    }
  }
}

class Exporter {
 public:
  // Writes some nodes of a graph. enclosing: names of the enclosing graph's values, null for the outermost.
  Status write(const Graph& graph, std::span<const NodeId> nodes, bool whole, const std::vector<std::string>* enclosing,
               onnx::GraphProto& proto);

 private:
  Status write_node(const Graph& graph, NodeId id, const std::vector<std::string>& names, onnx::NodeProto& proto);
  Status write_attribute(const Attribute& attribute, const std::vector<std::string>& names,
                         onnx::AttributeProto& proto);
  Status write_body(const Graph& body, const std::vector<std::string>& names, onnx::GraphProto& proto) {
    std::vector<NodeId> nodes(body.num_nodes());
    std::iota(nodes.begin(), nodes.end(), 0);
    return write(body, nodes, true, &names, proto);
  }
  std::string unique(std::string_view wanted);

  SinceVersions since_versions_;
  std::unordered_set<std::string> taken_;
  uint64_t counter_ = 0;
};

std::string Exporter::unique(std::string_view wanted) {
  std::string name(wanted.empty() ? "value" : wanted);
  while (!taken_.insert(name).second) name = concat(wanted, "#", ++counter_);
  return name;
}

Status Exporter::write(const Graph& graph, std::span<const NodeId> nodes, bool whole,
                       const std::vector<std::string>* enclosing, onnx::GraphProto& proto) {
  std::vector<bool> inside(graph.num_nodes(), false);
  for (const NodeId id : nodes) {
    if (id >= graph.num_nodes())
      return invalid_argument("node #", id, " does not exist; the graph has ", graph.num_nodes());
    if (inside[id]) return invalid_argument(describe(graph, id), " is listed twice; list each node once");
    inside[id] = true;
  }

  std::vector<bool> used(graph.num_values(), false);
  const auto use = [&](const auto& ids) {
    for (const ValueId id : ids) {
      if (id != kNoId) used[id] = true;
    }
  };
  for (const NodeId id : nodes) {
    use(graph.node(id).inputs);
    use(graph.node(id).outputs);
    use(graph.node(id).implicit_inputs);
  }
  if (whole) {
    use(graph.inputs);
    use(graph.outputs);
  }

  std::vector<std::string> names(graph.num_values());
  const auto name = [&](ValueId id, std::string_view wanted) {
    if (names[id].empty()) names[id] = unique(wanted);
  };
  for (ValueId id = 0; id < graph.num_values(); ++id) {
    if (used[id] && enclosing != nullptr && graph.value(id).outer != kNoId)
      names[id] = (*enclosing)[graph.value(id).outer];
  }
  for (const ValueId id : graph.inputs) {
    if (used[id]) name(id, graph.value(id).name);
  }
  std::vector<std::string> output_names;
  for (size_t i = 0; whole && i < graph.outputs.size(); ++i) {
    std::string& named = names[graph.outputs[i]];
    const std::string_view wanted = i < graph.output_names.size() ? graph.output_names[i].view() : std::string_view();
    if (named.empty()) named = unique(wanted);
    output_names.push_back(wanted.empty() || wanted == named ? named : unique(wanted));
  }
  for (ValueId id = 0; id < graph.num_values(); ++id) {
    if (used[id]) name(id, graph.value(id).name);
  }

  const auto declare = [&](ValueId id, onnx::ValueInfoProto& info) {
    info.set_name(names[id]);
    to_proto(graph.value(id).type, *info.mutable_type());
  };
  proto.set_name(graph.name.empty() ? "graph" : std::string(graph.name));
  if (whole) {
    for (const ValueId id : graph.inputs) declare(id, *proto.add_input());
  }
  for (ValueId id = 0; id < graph.num_values(); ++id) {
    if (!used[id]) continue;
    const ValueInfo& value = graph.value(id);
    const Tensor* constant = whole ? graph.default_value(id) : graph.constant(id);
    const bool produced = value.producer != kNoId && inside[value.producer];
    if (constant != nullptr) {
      auto* initializer = proto.add_initializer();
      to_proto(*constant, *initializer);
      initializer->set_name(names[id]);
    } else if (produced) {
      const auto readers = graph.consumers(id);
      const bool leaves =
          value.is_output || std::any_of(readers.begin(), readers.end(), [&](NodeId r) { return !inside[r]; });
      if (!whole && leaves) declare(id, *proto.add_output());
      if (value.type.kind != ValueKind::kNone && (whole || !leaves)) declare(id, *proto.add_value_info());
    } else if (!whole) {
      declare(id, *proto.add_input());
    }
  }

  std::vector<NodeId> order(nodes.begin(), nodes.end());
  std::sort(order.begin(), order.end());
  for (const NodeId id : order) MORTISE_TRY(write_node(graph, id, names, *proto.add_node()));

  // An output whose value has another name (an input, or one value as two outputs) is a copy.
  for (size_t i = 0; i < output_names.size(); ++i) {
    const ValueId id = graph.outputs[i];
    auto* output = proto.add_output();
    declare(id, *output);
    if (output_names[i] == names[id]) continue;
    output->set_name(output_names[i]);
    auto* identity = proto.add_node();
    identity->set_op_type("Identity");
    identity->add_input(names[id]);
    identity->add_output(output_names[i]);
  }
  return {};
}

Status Exporter::write_node(const Graph& graph, NodeId id, const std::vector<std::string>& names,
                            onnx::NodeProto& proto) {
  const Node& node = graph.node(id);
  for (const Opset& import : graph.opsets) {
    if (import.domain != node.domain) continue;
    const int32_t selected = since_versions_.resolve(node.domain, node.op_type, import.version);
    if (selected != node.since_version) {
      return unimplemented(describe(graph, id), ": version ", node.since_version, " is meant, but opset import ",
                           import.version, " selects version ", selected, "; a file cannot mix them");
    }
  }
  proto.set_name(std::string(node.name));
  proto.set_op_type(std::string(node.op_type));
  proto.set_domain(std::string(node.domain));
  for (const ValueId input : node.inputs) proto.add_input(input == kNoId ? std::string() : names[input]);
  for (const ValueId output : node.outputs) proto.add_output(output == kNoId ? std::string() : names[output]);
  for (const Attribute& attribute : node.attributes)
    MORTISE_TRY(write_attribute(attribute, names, *proto.add_attribute()));
  return {};
}

Status Exporter::write_attribute(const Attribute& attribute, const std::vector<std::string>& names,
                                 onnx::AttributeProto& proto) {
  proto.set_name(std::string(attribute.name));
  proto.set_type(static_cast<onnx::AttributeProto::AttributeType>(attribute.value.index()));
  const AttributeValue& value = attribute.value;
  if (const auto* f = std::get_if<float>(&value)) proto.set_f(*f);
  if (const auto* i = std::get_if<int64_t>(&value)) proto.set_i(*i);
  if (const auto* s = std::get_if<std::string>(&value)) proto.set_s(*s);
  if (const auto* tensor = std::get_if<Tensor>(&value)) to_proto(*tensor, *proto.mutable_t());
  if (const auto* sparse = std::get_if<SparseTensor>(&value)) to_proto(*sparse, *proto.mutable_sparse_tensor());
  if (const auto* type = std::get_if<Type>(&value)) to_proto(*type, *proto.mutable_tp());
  if (const auto* floats = std::get_if<std::vector<float>>(&value))
    *proto.mutable_floats() = {floats->begin(), floats->end()};
  if (const auto* ints = std::get_if<std::vector<int64_t>>(&value))
    *proto.mutable_ints() = {ints->begin(), ints->end()};
  if (const auto* strings = std::get_if<std::vector<std::string>>(&value)) {
    *proto.mutable_strings() = {strings->begin(), strings->end()};
  }
  if (const auto* tensors = std::get_if<std::vector<Tensor>>(&value)) {
    for (const Tensor& tensor : *tensors) to_proto(tensor, *proto.add_tensors());
  }
  if (const auto* sparses = std::get_if<std::vector<SparseTensor>>(&value)) {
    for (const SparseTensor& sparse : *sparses) to_proto(sparse, *proto.add_sparse_tensors());
  }
  if (const auto* types = std::get_if<std::vector<Type>>(&value)) {
    for (const Type& type : *types) to_proto(type, *proto.add_type_protos());
  }
  if (const auto* body = std::get_if<std::unique_ptr<Graph>>(&value))
    return write_body(**body, names, *proto.mutable_g());
  if (const auto* bodies = std::get_if<std::vector<std::unique_ptr<Graph>>>(&value)) {
    for (const auto& body : *bodies) MORTISE_TRY(write_body(*body, names, *proto.add_graphs()));
  }
  return {};
}

Result<std::string> serialize(const Graph& graph, std::span<const NodeId> nodes, bool whole) {
  onnx::ModelProto model;
  model.set_ir_version(ir_version_of(graph));
  model.set_producer_name("mortise");
  for (const Opset& import : graph.opsets) {
    auto* opset = model.add_opset_import();
    opset->set_domain(std::string(import.domain));
    opset->set_version(import.version);
  }
  MORTISE_TRY(Exporter().write(graph, nodes, whole, nullptr, *model.mutable_graph()));
  const uint64_t bytes = model.ByteSizeLong();
  if (bytes > static_cast<uint64_t>(std::numeric_limits<int32_t>::max())) {
    return make_error(StatusCode::kResourceExhausted, "the nodes and their constants have ", bytes,
                      " bytes as an ONNX model, above protobuf's 2 GiB; serialize fewer nodes at once");
  }
  return model.SerializePartialAsString();
}

}  // namespace

Result<std::string> serialize_nodes(const Graph& graph, std::span<const NodeId> nodes) {
  return serialize(graph, nodes, false);
}

Result<std::string> serialize_graph(const Graph& graph) {
  std::vector<NodeId> nodes(graph.num_nodes());
  std::iota(nodes.begin(), nodes.end(), 0);
  return serialize(graph, nodes, true);
}

std::string serialize_tensor(const Tensor& tensor) {
  onnx::TensorProto proto;
  to_proto(tensor, proto);
  return proto.SerializeAsString();
}

}  // namespace mortise
