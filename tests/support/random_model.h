// random_model(): an ONNX model made from a seed, for tests that compare runs of one model: branches, joins, nodes with
// several outputs, loops and conditions with bodies that read their surroundings.
//
// Every value is float32[4] and stays finite; the same seed gives the same model.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <map>
#include <string>

#include "mortise/sdk/value.h"

namespace mortise::test {

onnx::ModelProto random_model(uint32_t seed, uint32_t max_nodes);

// Values for the model's inputs, made from a seed too.
std::map<std::string, Value> random_inputs(uint32_t seed);

}  // namespace mortise::test
