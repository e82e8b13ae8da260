#include "core/graph/abi_graph.h"

namespace mortise {
namespace {

template <class Ids>
uint32_t count(const Ids& ids) {
  return static_cast<uint32_t>(ids.size());
}

}  // namespace

struct AbiGraph::Side {
  std::vector<mortise_string_t> strings;
  std::vector<mortise_tensor_t> tensors;
  std::vector<const mortise_tensor_t*> tensor_pointers;
  std::vector<std::unique_ptr<AbiGraph>> graphs;
  std::vector<const mortise_graph_t*> graph_pointers;
  std::vector<mortise_sparse_tensor_t> sparse_tensors;
  std::vector<const mortise_sparse_tensor_t*> sparse_pointers;
  std::vector<mortise_type_t> types;
  std::vector<const mortise_type_t*> type_pointers;

  void add(const std::vector<std::string>& all) {
    for (const std::string& text : all) strings.push_back({text.data(), text.size()});
  }
  void add(std::span<const Tensor> all) {
    for (const Tensor& tensor : all) tensors.push_back(tensor.abi());
    for (const auto& tensor : tensors) tensor_pointers.push_back(&tensor);
  }
  void add(std::span<const std::unique_ptr<Graph>> all) {
    for (const auto& body : all)
      graph_pointers.push_back(graphs.emplace_back(std::make_unique<AbiGraph>(*body))->abi());
  }
  void add(std::span<const SparseTensor> all) {
    tensors.reserve(2 * all.size());
    for (const SparseTensor& sparse : all) {
      const mortise_tensor_t* values = &tensors.emplace_back(sparse.values.abi());
      const mortise_tensor_t* indices = &tensors.emplace_back(sparse.indices.abi());
      sparse_tensors.push_back({values, indices, sparse.shape.data(), sparse.shape.rank(), 0});
    }
    for (const auto& sparse : sparse_tensors) sparse_pointers.push_back(&sparse);
  }
};

AbiGraph::AbiGraph(const Graph& graph) : graph_(graph), table_{this, &get_info, &get_node, &get_value, &get_attribute} {
  for (const Opset& opset : graph.opsets) opsets_.push_back({opset.domain.c_str(), opset.version});
  constants_.reserve(graph.constants().size());
  for (const Tensor& tensor : graph.constants()) constants_.push_back(tensor.abi());
  for (ValueId id = 0; id < graph.num_values(); ++id) add_elements(graph.value(id).type);
  for (NodeId id = 0; id < graph.num_nodes(); ++id) {
    for (const Attribute& attribute : graph.node(id).attributes) add_side(attribute);
  }
}

AbiGraph::~AbiGraph() = default;

void AbiGraph::add_elements(const Type& type) {
  if (type.element == nullptr || elements_.contains(type.element.get())) return;
  add_elements(*type.element);
  elements_.emplace(type.element.get(), std::make_unique<mortise_type_t>(type_record(*type.element)));
}

mortise_type_t AbiGraph::type_record(const Type& type) const {
  const auto element = elements_.find(type.element.get());
  return {.kind = static_cast<uint32_t>(type.kind),
          .dtype = static_cast<mortise_dtype>(type.dtype),
          .rank = type.dims ? static_cast<int32_t>(type.dims->size()) : MORTISE_UNKNOWN_RANK,
          .reserved = 0,
          .dims = type.dims ? type.dims->data() : nullptr,
          .element = element == elements_.end() ? nullptr : element->second.get()};
}

void AbiGraph::add_side(const Attribute& attribute) {
  auto side = std::make_unique<Side>();
  const auto add_types = [&](std::span<const Type> types) {
    for (const Type& type : types) {
      add_elements(type);
      side->types.push_back(type_record(type));
    }
    for (const auto& type : side->types) side->type_pointers.push_back(&type);
  };
  const AttributeValue& value = attribute.value;
  if (const auto* tensor = std::get_if<Tensor>(&value)) {
    side->add(std::span(tensor, 1));
  } else if (const auto* graph = std::get_if<std::unique_ptr<Graph>>(&value)) {
    side->add(std::span(graph, 1));
  } else if (const auto* strings = std::get_if<std::vector<std::string>>(&value)) {
    side->add(*strings);
  } else if (const auto* tensors = std::get_if<std::vector<Tensor>>(&value)) {
    side->add(std::span(*tensors));
  } else if (const auto* graphs = std::get_if<std::vector<std::unique_ptr<Graph>>>(&value)) {
    side->add(std::span(*graphs));
  } else if (const auto* sparse = std::get_if<SparseTensor>(&value)) {
    side->add(std::span(sparse, 1));
  } else if (const auto* sparses = std::get_if<std::vector<SparseTensor>>(&value)) {
    side->add(std::span(*sparses));
  } else if (const auto* type = std::get_if<Type>(&value)) {
    add_types(std::span(type, 1));
  } else if (const auto* types = std::get_if<std::vector<Type>>(&value)) {
    add_types(*types);
  } else {
    return;  // numbers and single strings are read from the attribute itself
  }
  sides_.emplace(&attribute, std::move(side));
}

void AbiGraph::get_info(const mortise_graph_t* graph, mortise_graph_info_t* info) {
  const AbiGraph& view = self(graph);
  const Graph& g = view.graph_;
  *info = {.name = g.name.c_str(),
           .inputs = g.inputs.data(),
           .outputs = g.outputs.data(),
           .opsets = view.opsets_.data(),
           .num_inputs = count(g.inputs),
           .num_outputs = count(g.outputs),
           .num_opsets = count(view.opsets_),
           .num_nodes = g.num_nodes(),
           .num_values = g.num_values(),
           .reserved = 0};
}

bool AbiGraph::get_node(const mortise_graph_t* graph, uint32_t id, mortise_node_t* record) {
  const Graph& g = self(graph).graph_;
  if (id >= g.num_nodes()) return false;
  const Node& node = g.node(id);
  *record = {.name = node.name.c_str(),
             .op_type = node.op_type.c_str(),
             .domain = node.domain.c_str(),
             .inputs = node.inputs.data(),
             .outputs = node.outputs.data(),
             .implicit_inputs = node.implicit_inputs.data(),
             .num_inputs = count(node.inputs),
             .num_outputs = count(node.outputs),
             .num_implicit_inputs = count(node.implicit_inputs),
             .num_attributes = count(node.attributes),
             .since_version = node.since_version,
             .flags = node.has_body() ? static_cast<uint32_t>(MORTISE_NODE_HAS_SUBGRAPH) : 0};
  return true;
}

bool AbiGraph::get_value(const mortise_graph_t* graph, uint32_t id, mortise_value_info_t* record) {
  const AbiGraph& view = self(graph);
  const Graph& g = view.graph_;
  if (id >= g.num_values()) return false;
  const ValueInfo& value = g.value(id);
  const auto consumers = g.consumers(id);
  *record = {.name = value.name.c_str(),
             .type = view.type_record(value.type),
             .constant = g.constant(id) != nullptr ? &view.constants_[value.constant] : nullptr,
             .consumers = consumers.data(),
             .num_consumers = count(consumers),
             .producer = value.producer,
             .flags = (value.is_input ? static_cast<uint32_t>(MORTISE_VALUE_GRAPH_INPUT) : 0) |
                      (value.is_output ? static_cast<uint32_t>(MORTISE_VALUE_GRAPH_OUTPUT) : 0) |
                      (value.outer != kNoId ? static_cast<uint32_t>(MORTISE_VALUE_OUTER_SCOPE) : 0),
             .reserved = 0};
  return true;
}

bool AbiGraph::get_attribute(const mortise_graph_t* graph, uint32_t id, uint32_t index, mortise_attribute_t* record) {
  const AbiGraph& view = self(graph);
  if (id >= view.graph_.num_nodes() || index >= view.graph_.node(id).attributes.size()) return false;
  const Attribute& attribute = view.graph_.node(id).attributes[index];
  const AttributeValue& value = attribute.value;
  *record = {.name = attribute.name.c_str(), .type = static_cast<uint32_t>(value.index())};
  if (const auto* f = std::get_if<float>(&value)) {
    record->f = *f;
  } else if (const auto* i = std::get_if<int64_t>(&value)) {
    record->i = *i;
  } else if (const auto* s = std::get_if<std::string>(&value)) {
    record->s = {s->data(), s->size()};
  } else if (const auto* floats = std::get_if<std::vector<float>>(&value)) {
    record->floats = floats->data();
    record->count = floats->size();
  } else if (const auto* ints = std::get_if<std::vector<int64_t>>(&value)) {
    record->ints = ints->data();
    record->count = ints->size();
  }
  const auto found = view.sides_.find(&attribute);
  if (found == view.sides_.end()) return true;
  const Side& side = *found->second;
  record->strings = side.strings.data();
  record->tensors = side.sparse_pointers.empty() ? side.tensor_pointers.data() : nullptr;
  record->graphs = side.graph_pointers.data();
  record->sparse_tensors = side.sparse_pointers.data();
  record->types = side.type_pointers.data();
  record->count = side.strings.size() + side.tensor_pointers.size() + side.graph_pointers.size() +
                  side.sparse_pointers.size() + side.type_pointers.size();
  return true;
}

const Graph& graph_of(const mortise_graph_t* graph) { return static_cast<const AbiGraph*>(graph->host_data)->graph(); }

}  // namespace mortise
