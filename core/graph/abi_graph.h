// AbiGraph: a finalized Graph as the mortise_graph_t of the ABI.
//
// What the ABI's records point to and a Graph does not hold as such (tensor records of constants, views of strings,
// views of bodies) is made once by the constructor, so that reading needs no lock and addresses never change while the
// AbiGraph lives. The Graph must outlive it and stay unchanged. Reading is thread-safe.
#pragma once

#include <memory>
#include <unordered_map>
#include <vector>

#include "core/graph/graph.h"

namespace mortise {

class AbiGraph {
 public:
  explicit AbiGraph(const Graph& graph);
  ~AbiGraph();
  AbiGraph(const AbiGraph&) = delete;
  AbiGraph& operator=(const AbiGraph&) = delete;

  const mortise_graph_t* abi() const { return &table_; }
  const Graph& graph() const { return graph_; }

 private:
  struct Side;  // what one attribute's record points to

  static const AbiGraph& self(const mortise_graph_t* graph) { return *static_cast<const AbiGraph*>(graph->host_data); }
  static void MORTISE_ABI get_info(const mortise_graph_t* graph, mortise_graph_info_t* info);
  static bool MORTISE_ABI get_node(const mortise_graph_t* graph, uint32_t id, mortise_node_t* node);
  static bool MORTISE_ABI get_value(const mortise_graph_t* graph, uint32_t id, mortise_value_info_t* value);
  static bool MORTISE_ABI get_attribute(const mortise_graph_t* graph, uint32_t id, uint32_t index,
                                        mortise_attribute_t* attribute);
  mortise_type_t type_record(const Type& type) const;
  void add_elements(const Type& type);
  void add_side(const Attribute& attribute);

  const Graph& graph_;
  mortise_graph_t table_;
  std::vector<mortise_opset_t> opsets_;
  std::vector<mortise_tensor_t> constants_;                                    // by the index of Graph::constants()
  std::unordered_map<const Type*, std::unique_ptr<mortise_type_t>> elements_;  // of sequences, optionals and maps
  std::unordered_map<const Attribute*, std::unique_ptr<Side>> sides_;
};

// The graph behind a view that an AbiGraph gave out, its bodies included.
const Graph& graph_of(const mortise_graph_t* graph);

}  // namespace mortise
