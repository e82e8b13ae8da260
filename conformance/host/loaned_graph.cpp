#include "conformance/host/loaned_graph.h"

#include <new>
#include <vector>

namespace mortise::conformance {

namespace {

constexpr uint64_t kCapacity = uint64_t{1} << 20;  // graphs of the suite take some KiB

// What stands behind the view; the record comes first, so that its address is that of the whole.
struct Copy {
  mortise_graph_t abi;
  mortise_graph_info_t info;
  const mortise_node_t* nodes;
  const mortise_attribute_t* const* attributes;  // of each node
  const mortise_value_info_t* values;
};

const Copy& copy_of(const mortise_graph_t* graph) { return *reinterpret_cast<const Copy*>(graph); }

void MORTISE_ABI get_info(const mortise_graph_t* graph, mortise_graph_info_t* info) { *info = copy_of(graph).info; }
bool MORTISE_ABI get_node(const mortise_graph_t* graph, uint32_t id, mortise_node_t* node) {
  const Copy& copy = copy_of(graph);
  if (id >= copy.info.num_nodes) return false;
  *node = copy.nodes[id];
  return true;
}
bool MORTISE_ABI get_value(const mortise_graph_t* graph, uint32_t id, mortise_value_info_t* value) {
  const Copy& copy = copy_of(graph);
  if (id >= copy.info.num_values) return false;
  *value = copy.values[id];
  return true;
}
bool MORTISE_ABI get_attribute(const mortise_graph_t* graph, uint32_t id, uint32_t index, mortise_attribute_t* record) {
  const Copy& copy = copy_of(graph);
  if (id >= copy.info.num_nodes || index >= copy.nodes[id].num_attributes) return false;
  *record = copy.attributes[id][index];
  return true;
}

}  // namespace

// Copies records of the ABI with all that they point to.
class GraphCopier {
 public:
  explicit GraphCopier(LoanedGraph& loan) : loan_(loan) {}

  const mortise_graph_t* copy(const mortise_graph_t* graph) {
    // The host's extensions know a graph by its host_data.
    Copy made{.abi = {graph->host_data, get_info, get_node, get_value, get_attribute}};
    graph->get_info(graph, &made.info);
    std::vector<mortise_node_t> nodes(made.info.num_nodes);
    std::vector<const mortise_attribute_t*> attributes(made.info.num_nodes);
    for (uint32_t id = 0; id < made.info.num_nodes; ++id) {
      graph->get_node(graph, id, &nodes[id]);
      attributes[id] = copy_attributes(graph, id, nodes[id].num_attributes);
      copy_lists(nodes[id]);
    }
    std::vector<mortise_value_info_t> values(made.info.num_values);
    for (uint32_t id = 0; id < made.info.num_values; ++id) {
      graph->get_value(graph, id, &values[id]);
      copy_lists(values[id]);
    }
    copy_lists(made.info);
    made.nodes = list(nodes.data(), nodes.size());
    made.attributes = list(attributes.data(), attributes.size());
    made.values = list(values.data(), values.size());
    return &loan_.lend(made)->abi;
  }

 private:
  template <class T>
  const T* list(const T* first, uint64_t count) {
    return loan_.lend(std::span(first, first != nullptr ? count : 0));
  }
  const char* text(const char* of) { return of != nullptr ? list(of, std::strlen(of) + 1) : nullptr; }
  // A list of pointers to records, each copied by copy_one().
  template <class T, class CopyOne>
  const T* const* pointers(const T* const* first, uint64_t count, CopyOne&& copy_one) {
    if (first == nullptr) return nullptr;
    std::vector<const T*> copies;
    for (uint64_t i = 0; i < count; ++i) copies.push_back(copy_one(first[i]));
    return list(static_cast<const T* const*>(copies.data()), count);
  }

  void copy_lists(mortise_node_t& node) {
    node.name = text(node.name);
    node.op_type = text(node.op_type);
    node.domain = text(node.domain);
    node.inputs = list(node.inputs, node.num_inputs);
    node.outputs = list(node.outputs, node.num_outputs);
    node.implicit_inputs = list(node.implicit_inputs, node.num_implicit_inputs);
  }
  void copy_lists(mortise_value_info_t& value) {
    value.name = text(value.name);
    value.type = type(value.type);
    value.constant = value.constant != nullptr ? tensor(value.constant) : nullptr;
    value.consumers = list(value.consumers, value.num_consumers);
  }
  void copy_lists(mortise_graph_info_t& info) {
    info.name = text(info.name);
    info.inputs = list(info.inputs, info.num_inputs);
    info.outputs = list(info.outputs, info.num_outputs);
    std::vector<mortise_opset_t> opsets(info.opsets, info.opsets + info.num_opsets);
    for (mortise_opset_t& opset : opsets) opset.domain = text(opset.domain);
    info.opsets = list(opsets.data(), opsets.size());
  }

  mortise_type_t type(mortise_type_t of) {
    if (of.dims != nullptr && of.rank > 0) {
      std::vector<mortise_dim_t> dims(of.dims, of.dims + of.rank);
      for (mortise_dim_t& dim : dims) dim.symbol = text(dim.symbol);
      of.dims = list(dims.data(), dims.size());
    }
    if (of.element != nullptr) of.element = loan_.lend(type(*of.element));
    return of;
  }
  const mortise_tensor_t* tensor(const mortise_tensor_t* of) {
    mortise_tensor_t copy = *of;
    copy.dims = list(of->dims, of->rank);
    return loan_.lend(copy);
  }
  const mortise_sparse_tensor_t* sparse_tensor(const mortise_sparse_tensor_t* of) {
    mortise_sparse_tensor_t copy = *of;
    copy.values = tensor(of->values);
    copy.indices = tensor(of->indices);
    copy.dims = list(of->dims, of->rank);
    return loan_.lend(copy);
  }
  mortise_string_t string(mortise_string_t of) { return {list(of.data, of.size), of.size}; }

  const mortise_attribute_t* copy_attributes(const mortise_graph_t* graph, uint32_t node, uint32_t count) {
    std::vector<mortise_attribute_t> records(count);
    for (uint32_t i = 0; i < count; ++i) {
      mortise_attribute_t& one = records[i];
      graph->get_attribute(graph, node, i, &one);
      one.name = text(one.name);
      if (one.type == MORTISE_ATTRIBUTE_STRING) one.s = string(one.s);
      one.floats = list(one.floats, one.count);
      one.ints = list(one.ints, one.count);
      if (one.strings != nullptr) {
        std::vector<mortise_string_t> strings(one.strings, one.strings + one.count);
        for (mortise_string_t& entry : strings) entry = string(entry);
        one.strings = list(strings.data(), strings.size());
      }
      one.tensors = pointers(one.tensors, one.count, [&](const mortise_tensor_t* of) { return tensor(of); });
      one.graphs = pointers(one.graphs, one.count, [&](const mortise_graph_t* of) { return copy(of); });
      one.sparse_tensors =
          pointers(one.sparse_tensors, one.count, [&](const mortise_sparse_tensor_t* of) { return sparse_tensor(of); });
      one.types = pointers(one.types, one.count, [&](const mortise_type_t* of) { return loan_.lend(type(*of)); });
    }
    return list(records.data(), records.size());
  }

  LoanedGraph& loan_;
};

void* LoanedGraph::take(uint64_t bytes) {
  const uint64_t begin =
      (used_ + alignof(std::max_align_t) - 1) / alignof(std::max_align_t) * alignof(std::max_align_t);
  if (begin > kCapacity || bytes > kCapacity - begin) throw std::bad_alloc();
  used_ = begin + bytes;
  return static_cast<uint8_t*>(block_->data()) + begin;
}

Result<std::unique_ptr<LoanedGraph>> LoanedGraph::make(const AbiGraph& graph, std::string label) {
  std::unique_ptr<LoanedGraph> loan(new LoanedGraph);
  MORTISE_ASSIGN(loan->block_, GuardedBlock::create(kCapacity, std::move(label)));
  try {
    loan->graph_ = GraphCopier(*loan).copy(graph.abi());
  } catch (const std::bad_alloc&) {
    return make_error(StatusCode::kResourceExhausted, "the graph is too big for a copy of ", kCapacity, " bytes");
  }
  return loan;
}

}  // namespace mortise::conformance
