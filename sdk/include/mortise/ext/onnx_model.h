// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "../graph.h"
#include "../host.h"
#include "../stream.h"

// ONNX model
//
// For a provider whose compiler eats ONNX files: the nodes of a segment as a serialized ModelProto.

MORTISE_CONSTANT char MORTISE_EXT_ONNX_MODEL[] = "mortise.onnx-model/1";

typedef struct mortise_host_onnx_model {
  // Writes the nodes of the graph as a self-contained ModelProto: its inputs are the values that the nodes read from
  // outside, its outputs those that are read outside, its initializers the constants they use. Node names are kept.
  // graph: the one passed to the current claim() or compile() call, or one of its bodies.
  // [setup]
  mortise_status(MORTISE_ABI* serialize)(const mortise_host_t* host, const mortise_graph_t* graph,
                                         const uint32_t* node_ids, uint64_t count, const mortise_ostream_t* stream,
                                         mortise_error_t* error);
} mortise_host_onnx_model_t;
