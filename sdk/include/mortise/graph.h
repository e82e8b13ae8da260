// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "status.h"
#include "tensor.h"

// Graph view
//
// A read-only view of one graph of the model: the main graph, or the body of a control-flow node. Ids are dense: nodes
// are 0 .. num_nodes-1 in topological order, values 0 .. num_values-1. They are the same in claim() and in compile().
//
// Every get_* function fills a caller-owned record. Pointers inside a record belong to the host and are valid as long
// as the graph is: in claim() and in compile() until the call returns. A provider copies what it needs later, with one
// exception: constant data stays valid, at the same address, until the session that was compiled from it is destroyed.

// Attribute kinds, with the numbers of ONNX's AttributeProto.AttributeType.
enum {
  MORTISE_ATTRIBUTE_UNDEFINED = 0,
  MORTISE_ATTRIBUTE_FLOAT = 1,
  MORTISE_ATTRIBUTE_INT = 2,
  MORTISE_ATTRIBUTE_STRING = 3,
  MORTISE_ATTRIBUTE_TENSOR = 4,
  MORTISE_ATTRIBUTE_GRAPH = 5,
  MORTISE_ATTRIBUTE_FLOATS = 6,
  MORTISE_ATTRIBUTE_INTS = 7,
  MORTISE_ATTRIBUTE_STRINGS = 8,
  MORTISE_ATTRIBUTE_TENSORS = 9,
  MORTISE_ATTRIBUTE_GRAPHS = 10,
  MORTISE_ATTRIBUTE_SPARSE_TENSOR = 11,
  MORTISE_ATTRIBUTE_SPARSE_TENSORS = 12,
  MORTISE_ATTRIBUTE_TYPE_PROTO = 13,
  MORTISE_ATTRIBUTE_TYPE_PROTOS = 14,
};

// What a value is.
enum {
  MORTISE_TYPE_UNKNOWN = 0,
  MORTISE_TYPE_TENSOR = 1,
  MORTISE_TYPE_SPARSE_TENSOR = 2,
  MORTISE_TYPE_SEQUENCE = 3,
  MORTISE_TYPE_OPTIONAL = 4,
  MORTISE_TYPE_MAP = 5,
};

// One extent of a shape.
typedef struct mortise_dim {
  // The extent, or -1 where it is not known before the run.
  int64_t value;
  // Name of an unknown extent; equal names mean equal extents within a run. Null if it has none.
  const char* symbol;
} mortise_dim_t;

#define MORTISE_UNKNOWN_DIM (-1)
#define MORTISE_UNKNOWN_RANK (-1)

typedef struct mortise_type {
  // MORTISE_TYPE_*
  uint32_t kind;
  // Element type of a tensor, key type of a map, otherwise MORTISE_DTYPE_UNDEFINED.
  mortise_dtype dtype;
  // Of a tensor; MORTISE_UNKNOWN_RANK if it is not known.
  int32_t rank;
  uint32_t reserved;
  // `rank` extents.
  const mortise_dim_t* dims;
  // Element of a sequence or an optional, value of a map, otherwise null.
  const struct mortise_type* element;
} mortise_type_t;

enum {
  MORTISE_VALUE_GRAPH_INPUT = 1 << 0,
  MORTISE_VALUE_GRAPH_OUTPUT = 1 << 1,
  // Defined in an enclosing graph; within this graph it behaves like an input.
  MORTISE_VALUE_OUTER_SCOPE = 1 << 2,
};

typedef struct mortise_value_info {
  const char* name;
  mortise_type_t type;
  // The value's content if it is constant, otherwise null.
  const mortise_tensor_t* constant;
  // Nodes that read it, ascending, each once. Implicit reads by bodies of control-flow nodes count.
  const uint32_t* consumers;
  uint32_t num_consumers;
  // The node that writes it, or MORTISE_NO_ID.
  uint32_t producer;
  // MORTISE_VALUE_*
  uint32_t flags;
  uint32_t reserved;
} mortise_value_info_t;

enum {
  // At least one attribute is a graph (If, Loop, Scan, SequenceMap).
  MORTISE_NODE_HAS_SUBGRAPH = 1 << 0,
};

typedef struct mortise_node {
  const char* name;
  const char* op_type;
  // "" is the default domain ai.onnx (the host writes "ai.onnx" as "").
  const char* domain;
  // Value ids; MORTISE_NO_ID where an optional input or output is left out.
  const uint32_t* inputs;
  const uint32_t* outputs;
  // Values of this graph that the node's bodies read.
  const uint32_t* implicit_inputs;
  uint32_t num_inputs;
  uint32_t num_outputs;
  uint32_t num_implicit_inputs;
  uint32_t num_attributes;
  // The operator's version that applies: the newest since-version that is not above the model's opset import.
  int32_t since_version;
  // MORTISE_NODE_*
  uint32_t flags;
} mortise_node_t;

typedef struct mortise_sparse_tensor {
  // Non-zero elements, and their positions as ONNX's SparseTensorProto has them (linear [nnz] or coordinates [nnz,
  // rank]).
  const mortise_tensor_t* values;
  const mortise_tensor_t* indices;
  const int64_t* dims;
  uint32_t rank;
  uint32_t reserved;
} mortise_sparse_tensor_t;

typedef struct mortise_attribute {
  const char* name;
  // MORTISE_ATTRIBUTE_*
  uint32_t type;
  // FLOAT
  float f;
  // INT
  int64_t i;
  // STRING
  mortise_string_t s;
  // FLOATS, INTS, STRINGS, TENSOR(S), GRAPH(S), SPARSE_TENSOR(S), TYPE_PROTO(S): number of elements (1 for a single
  // one).
  uint64_t count;
  const float* floats;
  const int64_t* ints;
  const mortise_string_t* strings;
  const mortise_tensor_t* const* tensors;
  const struct mortise_graph* const* graphs;
  const mortise_sparse_tensor_t* const* sparse_tensors;
  const mortise_type_t* const* types;
} mortise_attribute_t;

typedef struct mortise_opset {
  const char* domain;
  int64_t version;
} mortise_opset_t;

typedef struct mortise_graph_info {
  const char* name;
  // In the model's order. Implicit inputs of a body are not among them; they have MORTISE_VALUE_OUTER_SCOPE.
  const uint32_t* inputs;
  const uint32_t* outputs;
  const mortise_opset_t* opsets;
  uint32_t num_inputs;
  uint32_t num_outputs;
  uint32_t num_opsets;
  uint32_t num_nodes;
  uint32_t num_values;
  uint32_t reserved;
} mortise_graph_info_t;

typedef struct mortise_graph {
  // Belongs to the host.
  void* host_data;

  // [thread-safe]
  void(MORTISE_ABI* get_info)(const struct mortise_graph* graph, mortise_graph_info_t* info);

  // Returns false, and leaves the record alone, if there is no such id.
  // [thread-safe]
  bool(MORTISE_ABI* get_node)(const struct mortise_graph* graph, uint32_t node_id, mortise_node_t* node);
  bool(MORTISE_ABI* get_value)(const struct mortise_graph* graph, uint32_t value_id, mortise_value_info_t* value);
  bool(MORTISE_ABI* get_attribute)(const struct mortise_graph* graph, uint32_t node_id, uint32_t index,
                                   mortise_attribute_t* attribute);
} mortise_graph_t;
