// The arithmetic of the gallery's provider: what a node is after compilation, and its kernels in plain loops.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mortise/sdk/graph_view.h"
#include "mortise/sdk/result.h"
#include "mortise/sdk/tensor.h"

namespace gallery {

using namespace mortise;

// One node: its operator and values, by their ids in the graph; kNoId for an optional input that is left out.
struct Step {
  std::string op;
  int64_t axis = -1;  // Softmax
  std::vector<uint32_t> inputs;
  uint32_t output = sdk::kNoId;
  uint32_t node = sdk::kNoId;
  DType dtype = DType::kUndefined;  // of the output
};
Step read_step(const sdk::GraphView& graph, uint32_t node);

// The shape of the output. INVALID_ARGUMENT where the inputs do not go together.
Result<Shape> shape_of(const Step& step, std::span<const Tensor> inputs);

// Writes every element of the output, which has that shape.
void compute(const Step& step, std::span<const Tensor> inputs, Tensor& output);

// For Pad: per axis, how many elements are put in front; negative where some are taken away.
std::vector<int64_t> pads_in_front(std::span<const Tensor> inputs);

// The axis counted from the front, within the rank; 0 for a scalar.
int64_t axis_from_front(int64_t axis, uint32_t rank);

}  // namespace gallery
