// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "../graph.h"
#include "../provider.h"
#include "../status.h"

// Operators
//
// For a provider that brings operators of its own: what they take and give, so that the host checks a model's nodes at
// load and knows their types before the run. Only a provider half. The nodes are claimed, compiled and run like any
// others, by this provider or by another that knows them.

MORTISE_CONSTANT char MORTISE_EXT_OPERATORS[] = "mortise.operators/1";

// One form of an operator.
typedef struct mortise_operator {
  // Reverse-DNS is a good choice: "com.vendor". "" and whatever begins with "ai.onnx" belong to ONNX.
  const char* domain;
  const char* op_type;
  // Parameters in the order of the node's: "X:T scale:float32? rest:T*". docs/spec/extensions.md has the notation.
  const char* inputs;
  const char* outputs;
  // "factor:float! mode:string(fast,exact)"
  const char* attributes;
  // The version of the domain from which on the operator has this form, until the next form of the same operator.
  int32_t since_version;
  uint32_t reserved;
} mortise_operator_t;

// Takes what a provider knows of a node's outputs.
typedef struct mortise_infer_sink {
  void* host_data;
  // type: copied. A symbol is kept where it is one of the node's inputs'. Returns MORTISE_INVALID_ARGUMENT for an output
  // that the node does not have and for a type that is none.
  // [thread-safe]
  mortise_status(MORTISE_ABI* set_type)(const struct mortise_infer_sink* sink, uint32_t output,
                                        const mortise_type_t* type);
} mortise_infer_sink_t;

typedef struct mortise_provider_operators {
  // [setup & opened]
  uint32_t(MORTISE_ABI* num_operators)(const mortise_provider_t* provider);
  // Strings are valid until the next call on the provider. Returns false, and leaves the record alone, if there is no
  // such operator.
  // [setup & opened]
  bool(MORTISE_ABI* get_operator)(const mortise_provider_t* provider, uint32_t index, mortise_operator_t* op);

  // Says what is known of the outputs of a node of operator `index`. The graph holds this node alone, as node 0, its
  // parameters and attributes checked against the form; inputs have the types that are known by now (kind UNKNOWN:
  // nothing is) and constants their content; attributes that are graphs are left out. An output that is not set has the
  // element type that the form says, and any shape. Pure and repeatable; called at load and again for a run whose
  // inputs have new shapes. MORTISE_INVALID_ARGUMENT: the node is wrong; the sentence says why.
  // [thread-safe & opened]
  mortise_status(MORTISE_ABI* infer)(const mortise_provider_t* provider, uint32_t index, const mortise_graph_t* graph,
                                     const mortise_infer_sink_t* sink, mortise_error_t* error);
} mortise_provider_operators_t;
