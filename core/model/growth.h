// check_growth: refuses a model that would become too large by inlining, before anything is inlined.
//
// A function that calls another twice is twice as large: 4 KB of such functions stand for more nodes than any memory
// holds. So what one call of each function becomes is added up from the innermost outwards, each function once, in
// numbers that stop at the largest: linear in the file, whatever the file stands for. Calls within bodies count, and
// bodies that a call passes as attributes, as often as the function uses them.
//
// Counted are nodes (bodies, calls and Constants are some) and the bytes of what is copied with them: values,
// attributes and names. A value that a body reads from outside is one more value at every level between. Constants are
// shared, so they are not counted, whatever their size. LoadOptions::max_nodes bounds both, see load.h.
//
// Thread-safe for distinct models.
#pragma once

#include <onnx/onnx_pb.h>

#include "core/model/functions.h"
#include "core/model/load.h"

namespace mortise {

// Of `model`, which has the functions and imports that many opsets. Refuses recursion too, naming the functions, also
// of those that nothing calls.
Status check_growth(const onnx::ModelProto& model, FunctionTable& functions, size_t num_opsets,
                    const LoadOptions& options);

}  // namespace mortise
