// SPDX-License-Identifier: Apache-2.0
//
// See chained.h.
#include "chained.h"

#include <algorithm>

#include "mortise/provider.h"

namespace mortise::vulkan {

Step& add_chained(Lowering& l, Shader shader, std::vector<uint32_t> spec, TensorId output,
                  std::vector<TensorId> inputs) {
  Step& step = l.add(shader, std::move(spec), {output}, std::move(inputs));
  step.own_inputs = static_cast<uint32_t>(step.inputs.size());
  step.chain.emplace();
  return step;
}

void chain(Lowering& l, Step& step, PointOp op, TensorId operand, float p) {
  require_broadcast(l, operand, step.outputs[0]);
  if (const uint32_t rank = l.dims(step.outputs[0]).rank(); rank > kMaxChainRank) {
    l.refuse(MORTISE_REFUSAL_RANK, "rank ", rank, "; shaders go to ", kMaxChainRank);
  }
  ChainStep made = with_number(op, p);
  made.b = static_cast<uint32_t>(step.inputs.size());
  step.inputs.push_back(operand);
  step.chain->steps.push_back(made);
}

void chain(Lowering& /*l*/, Step& step, PointOp op, float p) {
  ChainStep made = with_number(op, p);
  step.chain->steps.push_back(made);
}

Step& add_rows(Lowering& l, Shader shader, uint32_t own, TensorId output, TensorId input, uint64_t rows,
               uint64_t extent) {
  uint32_t lanes = 1;
  while (l.target().shared_tiles && lanes < Lowering::kGroup && uint64_t{lanes} * 4 <= extent) lanes *= 2;
  Step& step = add_chained(l, shader, {Lowering::kGroup, lanes, own}, output, {input});
  step.push = {static_cast<uint32_t>(rows), static_cast<uint32_t>(extent)};
  l.cover(step, rows, Lowering::kGroup / lanes);
  return step;
}

TensorId per_channel(Lowering& l, TensorId tensor, uint32_t rank) {
  if (l.dims(tensor).rank() > 1) l.refuse(MORTISE_REFUSAL_SHAPE, to_string(l.dims(tensor)), " is not one per channel");
  Shape dims(std::max(rank, 2u) - 1, 1);
  dims[0] = l.dims(tensor).num_elements();
  return l.reshaped(tensor, dims);
}

}  // namespace mortise::vulkan
